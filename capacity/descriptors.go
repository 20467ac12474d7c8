package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/source"
)

// workerDescriptors is what files/fd-budget-exceeded compares: the demand of one
// nginx worker, at the declared peak or with all of its connections, beside the
// limit that it gets. What comes besides connections is rounded up.
func (h sums) workerDescriptors() *Budget {
	b := &Budget{Kind: WorkerDescriptors}
	limit, why := h.WorkerNoFile()
	b.Limit = Term{Name: "open files of a worker", Figure: limit, Why: why}
	d, ok := h.WorkerDemand()
	if !ok {
		b.Terms = []Term{{Name: "sockets", Why: "worker_connections cannot be told"}}
		return b
	}
	sockets := Term{Name: "sockets", How: "worker_connections", Figure: d.Connections}
	if peak, clients, atPeak := h.PeakDemand(d); atPeak {
		if peak.Connections.Value < d.Connections.Value {
			sockets.Also = []Factor{{"worker_connections", d.Connections.Origin}}
			sockets.How = fmt.Sprintf("%d clients at the peak", clients)
			if behind := peak.Connections.Value - clients; behind > 0 {
				sockets.How += fmt.Sprintf(" + %d to applications", behind)
			}
			sockets.Figure = source.Known(peak.Connections.Value, h.Facts.Workload.PeakConnections.Origin)
			b.Notes = append(b.Notes, fmt.Sprintf("worker_connections allows %d sockets", d.Connections.Value))
			if workers, _ := h.Workers(); workers.Value > 1 {
				b.Notes = append(b.Notes, "clients are not shared out evenly: one worker may get most of them")
			}
		}
		d = peak
	}
	b.Terms = []Term{sockets}
	files := source.Origin{}
	if d.Spill != nil {
		files.Span = d.Spill.Pass.HeadSpan()
	}
	for _, t := range []Term{
		{Name: "temporary and cache files of requests", Figure: source.Known(d.Files, files)},
		{Name: "open_file_cache and open_log_file_cache", Figure: source.Known(d.Cached, source.Origin{})},
		{Name: "listening sockets", Figure: source.Known(d.Listens, source.Origin{})},
		{Name: "log files", Figure: source.Known(d.Logs, source.Origin{})},
		{Name: "channels, event queue and standard streams", Figure: source.Known(d.Own, source.Origin{})},
	} {
		if t.AtMost = true; t.Figure.Value > 0 {
			b.Terms = append(b.Terms, t)
		}
	}
	return b
}

// machineDescriptors is what files/total-above-file-max compares: the demand of all
// workers, each no more than its limit, beside what the kernel allows all processes.
func (h sums) machineDescriptors() *Budget {
	b := &Budget{Kind: MachineDescriptors, Limit: h.fileMax()}
	t := Term{Name: "nginx workers", AtMost: true}
	need, why, ok := h.FileNeed()
	switch {
	case why != "":
		t.Why = why
	case !ok:
		t.Why = "worker_connections cannot be told"
	case need.Each < need.Limit.Value:
		t.How = fmt.Sprintf("%d x %d that each may need", need.Workers.Value, need.Each)
		t.Figure = source.Known(need.Total(), need.Demand.Connections.Origin)
	default:
		t.How = fmt.Sprintf("%d x their limit %d", need.Workers.Value, need.Each)
		t.Figure = source.Known(need.Total(), need.Limit.Origin)
	}
	if t.Figure.Known {
		t.Also = []Factor{{"worker_processes", need.Workers.Origin}}
	}
	b.Terms = []Term{t}
	return b
}

// fileMax is fs.file-max. Its default is one file for every 10 KiB of memory
// (fs/file_table.c, files_maxfiles_init), which systemd raises to no limit at all
// when it boots a machine (src/core/main.c, bump_file_max_and_nr_open).
func (h sums) fileMax() Term {
	t := Term{Name: "fs.file-max", Figure: h.FileMax()}
	switch memory := h.Facts.Memory; {
	case t.Figure.Known:
	case h.Facts.Container.Value:
		t.Why = "that of the machine around the container is not known"
	case len(h.Sysctl.Lines("fs.file-max")) > 0:
		t.Why = "its lines cannot be evaluated"
	case h.NginxOnly || !memory.Known:
		t.Why = "nothing sets it, and facts.memory is not declared"
	default:
		t.How = "one for 10 KiB of memory; systemd raises it to no limit"
		t.Figure = source.Known(memory.Value/10240, source.Origin{Default: "kernel default"})
	}
	return t
}
