package rules

import (
	"fmt"
	"path"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

var workerLimitDiffers = &lint.Rule{
	Name:  "live/worker-limit-differs",
	Title: "running workers of nginx may open another number of files than the files say",
	Why: "A limit is given to a process when it starts. LimitNOFILE= reaches nginx with a restart of the service only, worker_rlimit_nofile with new workers, " +
		"and a setrlimit that fails leaves a line in the error log and the workers with the limit of the master. " +
		"What prlimit changed by hand is gone with the process.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
		"https://man7.org/linux/man-pages/man2/getrlimit.2.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html",
	},
	Severity: lint.Warning,
	Run:      runWorkerLimitDiffers,
}

func runWorkerLimitDiffers(p *lint.Pass) {
	masters, _ := p.Host.Masters()
	for _, m := range masters {
		var lowest *machine.Worker
		differ := int64(0)
		want := p.Host.RunningLimit(m)
		for _, w := range host.Serving(m) {
			if w.NoFile == (machine.Limits{}) || !want.Limit.Known || w.NoFile.Soft == want.Limit.Value {
				continue
			}
			if differ++; lowest == nil || w.NoFile.Soft < lowest.NoFile.Soft {
				lowest = &w
			}
		}
		switch {
		case want.Why != "":
			p.Skip(mainPlace(p.Host.Nginx), want.Why)
		case lowest != nil:
			reportWorkerLimit(p, limitDrift{m, *lowest, want}, differ)
		}
	}
}

// A limitDrift is a worker whose limit is not that of the files.
type limitDrift struct {
	master machine.Master
	worker machine.Worker
	want   host.RunningLimit
}

func reportWorkerLimit(p *lint.Pass, d limitDrift, differ int64) {
	at := d.want.Limit.Origin.Span
	if !at.IsValid() {
		at = connectionsPlace(p.Host.Nginx)
	}
	has, want := d.worker.NoFile.Soft, d.want.Limit.Value
	r := p.Report(at, "%s of the running nginx may open %d files, and what is written gives %d", counted(differ, "worker"), has, want)
	r.Key("workers")
	if d.want.Limit.Origin.IsDefault() {
		r.SeeOrigin(d.want.Limit.Origin, "%s gives %d", p.Host.Service, want)
	}
	because, commands := d.inherited(p.Host)
	if d.want.Directive {
		because, commands = d.directive(p.Host)
	}
	r.See(source.Span{}, "process %d: %s", d.worker.PID, because).Apply(commands...)
	if demand, ok := p.Host.WorkerDemand(); ok && demand.Connections.Value > has {
		r.SeeOrigin(demand.Connections.Origin, "worker_connections is %d", demand.Connections.Value)
		r.Severity(lint.Error)
	}
}

// directive says why worker_rlimit_nofile did not take effect, and what mends it.
func (d limitDrift) directive(h *host.Host) (because string, commands []string) {
	want := d.want.Limit.Value
	most, err := strconv.ParseInt(h.Machine.Values["fs.nr_open"], 10, 64)
	reload := []string{"nginx -t", "nginx -s reload"}
	switch {
	case h.ChangedAfter(d.want.Limit.Origin.Span.File, d.worker.Started):
		return "it was started before the file was written", reload
	case err == nil && want > most:
		return fmt.Sprintf("fs.nr_open is %d in the kernel, and no limit can be above it", most), []string{"sysctl --system", "nginx -s reload"}
	case want > d.master.NoFile.Hard && !d.master.MayRaise():
		return fmt.Sprintf("the master has no CAP_SYS_RESOURCE to raise its hard limit, %d", d.master.NoFile.Hard), d.dropIn(h)
	case d.worker.NoFile.Soft == d.master.NoFile.Soft:
		return "it has the limit of the master: the error log tells if setrlimit failed, else it was changed by hand", reload
	}
	return "somebody changed it with prlimit", reload
}

// dropIn are the commands that give the service the limit which its workers
// cannot take.
func (d limitDrift) dropIn(h *host.Host) []string {
	dir := "/etc/systemd/system/" + h.Service + ".d"
	return []string{
		"mkdir -p " + dir,
		fmt.Sprintf(`printf '[Service]\nLimitNOFILE=%d\n' > %s/nofile.conf`, d.want.Limit.Value, dir),
		"systemctl daemon-reload",
		"systemctl restart " + h.Service,
	}
}

// inherited says why the limit of the service is not that of the worker.
func (d limitDrift) inherited(h *host.Host) (because string, commands []string) {
	restart := []string{"systemctl daemon-reload", "systemctl restart " + h.Service}
	file := d.want.Limit.Origin.Span.File
	switch {
	case path.Ext(d.master.Unit) == ".scope":
		return fmt.Sprintf("the master was not started as %s, it belongs to %s", h.Service, d.master.Unit), []string{"nginx -s quit", "systemctl start " + h.Service}
	case d.master.NoFile.Soft == d.want.Limit.Value:
		return "the master has the limit of the service: the worker's was changed by hand, or by a worker_rlimit_nofile that is gone", []string{"nginx -t", "nginx -s reload"}
	case file != nil && h.ChangedAfter(file, d.master.Started):
		return "the master was started before the unit was changed", restart
	}
	return "the master was started with another limit, or it was changed with prlimit", restart
}
