package host

import (
	"fmt"

	"github.com/tunelint/tunelint/source"
)

// workerDescriptors is what files/fd-budget-exceeded compares: the demand of one
// nginx worker beside the limit that it gets.
func (h *Host) workerDescriptors() *Budget {
	b := &Budget{Kind: WorkerDescriptors}
	limit, why := h.WorkerNoFile()
	b.Limit = Term{Name: "open files of a worker", Figure: limit, Why: why}
	d, ok := h.WorkerDemand()
	if !ok {
		b.Terms = []Term{{Name: "worker_connections", Why: whyNoConnections}}
		return b
	}
	counted := func(name string, n int64, how string, atMost bool) {
		if n > 0 {
			b.Terms = append(b.Terms, Term{Name: name, How: how, Figure: source.Known(n, source.Origin{}), AtMost: atMost})
		}
	}
	b.Terms = []Term{{Name: "worker_connections", How: "sockets to clients and applications", Figure: d.Connections}}
	counted("temporary and cache files", d.Files, "of requests in flight", true)
	if d.Spill != nil && d.Files > 0 {
		b.Terms[1].Figure.Origin = source.Origin{Span: d.Spill.Pass.HeadSpan()}
	}
	counted("open file caches", d.Cached, "open_file_cache and open_log_file_cache", true)
	counted("listening sockets", d.Listens, "", false)
	counted("log files", d.Logs, "", false)
	counted("of its own", OwnDescriptors, "channels, event queue, resolver, at most", true)
	return b
}

const whyNoConnections = "worker_connections cannot be told"

// machineDescriptors is what all workers may open beside what the kernel allows
// all processes.
func (h *Host) machineDescriptors() *Budget {
	b := &Budget{Kind: MachineDescriptors, Limit: h.fileMax()}
	t := Term{Name: "nginx workers", AtMost: true}
	workers, why := h.Workers()
	limit, limitWhy := h.WorkerNoFile()
	switch {
	case !workers.Known:
		t.Why = why
	case !limit.Known:
		t.Why = limitWhy
	default:
		t.How = fmt.Sprintf("%d x limit %d", workers.Value, limit.Value)
		t.Figure = source.Known(times(workers.Value, limit.Value), limit.Origin)
		t.Also = []Factor{{"worker_processes", workers.Origin}}
	}
	b.Terms = []Term{t}
	return b
}

// fileMax is fs.file-max. Its default is one file for every 10 KiB of memory
// (fs/file_table.c, files_maxfiles_init), which systemd raises to no limit at all
// when it boots a machine (src/core/main.c, bump_file_max_and_nr_open).
func (h *Host) fileMax() Term {
	t := Term{Name: "fs.file-max", Figure: h.Sysctl.Int("fs.file-max")}
	switch memory := h.Facts.Memory; {
	case t.Figure.Known:
	case h.Facts.Container.Value:
		t.Why = "that of the machine around the container is not known"
	case len(h.Sysctl.Lines("fs.file-max")) > 0:
		t.Why = "its lines cannot be evaluated"
	case h.NginxOnly || !memory.Known:
		t.Why = "nothing sets it, and how much memory there is is not declared (facts.memory)"
	default:
		t.How = "one for 10 KiB of memory; systemd raises it to no limit"
		t.Figure = source.Known(memory.Value/10240, source.Origin{Default: "kernel default"})
	}
	return t
}
