package rules

import (
	"fmt"
	"path"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
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
		d := p.Host.LimitDrift(m)
		switch {
		case d.Want.Why != "":
			p.Skip(mainPlace(p.Host.Nginx), d.Want.Why)
		case d.Differ > 0:
			reportWorkerLimit(p, d)
		}
	}
}

func reportWorkerLimit(p *lint.Pass, d host.LimitDrift) {
	at := d.Want.Limit.Origin.Span
	if !at.IsValid() {
		at = p.Host.ConnectionsPlace()
	}
	has, want := d.Worker.NoFile.Soft, d.Want.Limit.Value
	r := p.Report(at, "%s of the running nginx may open %d files, and what is written gives %d", spelling.Count(d.Differ, "worker"), has, want)
	r.Key("workers")
	if d.Want.Limit.Origin.IsDefault() {
		r.SeeOrigin(d.Want.Limit.Origin, "%s gives %d", p.Host.Service, want)
	}
	because, commands := whyInherited(p.Host, d)
	if d.Want.Directive {
		because, commands = whyNotSet(p.Host, d)
	}
	r.See(source.Span{}, "process %d: %s", d.Worker.PID, because).Apply(commands...)
	if demand, ok := p.Host.WorkerDemand(); ok && demand.Connections.Value > has {
		r.SeeOrigin(demand.Connections.Origin, "worker_connections is %d", demand.Connections.Value)
		r.Severity(lint.Error)
	}
}

// whyNotSet says why worker_rlimit_nofile did not take effect, and what mends it.
func whyNotSet(h *host.Host, d host.LimitDrift) (because string, commands []lint.Command) {
	want := d.Want.Limit.Value
	most, err := strconv.ParseInt(h.Machine.Values["fs.nr_open"], 10, 64)
	reload := []lint.Command{lint.TestNginx(), lint.ReloadNginx()}
	switch {
	case h.ChangedAfter(d.Want.Limit.Origin.Span.File, d.Worker.Started):
		return "it was started before the file was written", reload
	case err == nil && want > most:
		return fmt.Sprintf("fs.nr_open is %d in the kernel, and no limit can be above it", most), []lint.Command{lint.LoadSysctl(), lint.ReloadNginx()}
	case want > d.Master.NoFile.Hard && !d.Master.MayRaise():
		return fmt.Sprintf("the master has no CAP_SYS_RESOURCE to raise its hard limit, %d", d.Master.NoFile.Hard), dropIn(h, want)
	case d.Worker.NoFile.Soft == d.Master.NoFile.Soft:
		return "it has the limit of the master: the error log tells if setrlimit failed, else it was changed by hand", reload
	}
	return "somebody changed it with prlimit", reload
}

// dropIn are the commands that give the service the limit which its workers
// cannot take.
func dropIn(h *host.Host, nofile int64) []lint.Command {
	dir := "/etc/systemd/system/" + h.Service + ".d"
	return []lint.Command{
		lint.Write("mkdir -p " + dir),
		lint.Write(fmt.Sprintf(`printf '[Service]\nLimitNOFILE=%d\n' > %s/nofile.conf`, nofile, dir)),
		lint.ReloadUnits(),
		lint.RestartNginx(),
	}
}

// whyInherited says why the limit of the service is not that of the worker.
func whyInherited(h *host.Host, d host.LimitDrift) (because string, commands []lint.Command) {
	restart := []lint.Command{lint.ReloadUnits(), lint.RestartNginx()}
	file := d.Want.Limit.Origin.Span.File
	switch {
	case path.Ext(d.Master.Unit) == ".scope":
		return fmt.Sprintf("the master was not started as %s, it belongs to %s", h.Service, d.Master.Unit), []lint.Command{lint.MoveToUnit(d.Master.PID, h.Service)}
	case d.Master.NoFile.Soft == d.Want.Limit.Value:
		return "the master has the limit of the service: the worker's was changed by hand, or by a worker_rlimit_nofile that is gone", []lint.Command{lint.TestNginx(), lint.ReloadNginx()}
	case file != nil && h.ChangedAfter(file, d.Master.Started):
		return "the master was started before the unit was changed", restart
	}
	return "the master was started with another limit, or it was changed with prlimit", restart
}
