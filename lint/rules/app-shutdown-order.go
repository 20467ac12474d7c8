package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var shutdownOrder = &lint.Rule{
	Name:  "app/shutdown-order",
	Title: "a program is killed, or stops, before its requests are done",
	Why: "Whoever stops a program sends a signal, waits, and kills what is left. Requests survive a restart only where the signal arrives, " +
		"the program takes it for \"finish and exit\", and the wait is longer than what a preStop hook and the finishing take together. " +
		"Process 1 of a container ignores signals it has no handler for, and a shell in its place need not pass them on.",
	Refs: []string{
		"https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
		"https://docs.docker.com/reference/compose-file/services/#stop_grace_period",
		"https://man7.org/linux/man-pages/man5/systemd.service.5.html",
		"https://nginx.org/en/docs/control.html",
	},
	Severity: lint.Warning,
	Run:      runShutdownOrder,
}

func runShutdownOrder(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		if fault := host.StopFaultOf(a); fault != host.StopsWell {
			reportStop(p, a, fault)
		}
	}
	if p.Host.Nginx != nil {
		checkNginxStop(p)
	}
}

func reportStop(p *lint.Pass, a *appconf.App, fault host.StopFault) {
	finish, grace, name := a.ShutdownTimeout, a.StopGrace, appName(a)
	at := stopPlace(a, fault)
	var r *lint.Report
	switch fault {
	case host.StopUnheard:
		r = p.Report(at, "a shell is process 1 of the container, and need not tell %s to stop", name)
	case host.StopIgnored:
		r = p.Report(at, "%s is process 1 of its container without a handler for %s, and ignores it", name, stopSignal(a))
	case host.StopAtOnce:
		r = p.Report(at, "%s drops its requests as soon as it is told to stop", name)
	case host.StopCutShort:
		r = p.Report(at, "%s may take %s to finish its requests, and is killed after %s", name, nginxconf.FormatTime(finish.Value), nginxconf.FormatTime(grace.Value))
	case host.StopEndless:
		r = p.Report(at, "%s waits for its requests without an end, and is killed after %s", name, nginxconf.FormatTime(grace.Value)).Severity(lint.Info)
	}
	seeStop(r.Key("app %s", a.Name), a, fault, at)
}

// stopPlace is the first place written in a file of what a fault is about, else
// the container, else the entry of the application.
func stopPlace(a *appconf.App, fault host.StopFault) source.Span {
	origins := []source.Origin{a.StopGrace.Origin, a.ShutdownTimeout.Origin}
	switch fault {
	case host.StopUnheard:
		return a.Stop.Shell
	case host.StopIgnored:
		origins = []source.Origin{a.Stop.First.Origin}
	case host.StopAtOnce:
		origins = origins[1:]
	}
	for _, o := range origins {
		if !o.IsDefault() {
			return o.Span
		}
	}
	if a.Container.Span.IsValid() {
		return a.Container.Span
	}
	return a.Span
}

func stopSignal(a *appconf.App) string {
	if a.Stop.Signal.Known {
		return a.Stop.Signal.Value
	}
	return "the signal to stop"
}

// seeStop names what takes part, beside the place of the finding.
func seeStop(r *lint.Report, a *appconf.App, fault host.StopFault, at source.Span) {
	see := func(o source.Origin, format string, args ...any) {
		if o.IsDefault() || o.Span != at {
			r.SeeOrigin(o, format, args...)
		}
	}
	finish, grace, hook := a.ShutdownTimeout, a.StopGrace, a.Stop.PreStop
	switch fault {
	case host.StopCutShort:
		see(finish.Origin, "finishing takes up to %s", nginxconf.FormatTime(finish.Value))
	case host.StopEndless:
		see(finish.Origin, "nothing limits how long it waits")
	case host.StopAtOnce:
		see(finish.Origin, "requests are not waited for")
	}
	if fault == host.StopAtOnce && a.Stop.Signal.Known {
		see(a.Stop.Signal.Origin, "the signal is %s", a.Stop.Signal.Value)
	}
	if a.Stop.Handled.Known && (fault == host.StopAtOnce || fault == host.StopIgnored) {
		see(a.Stop.Handled.Origin, "no handler for the signal was found")
	}
	if grace.Known && fault != host.StopAtOnce {
		see(grace.Origin, "%s after the signal it is killed", nginxconf.FormatTime(grace.Value))
	}
	if hook.Known && hook.Value > 0 && fault == host.StopCutShort {
		see(hook.Origin, "before the signal the hook takes %s of the time", nginxconf.FormatTime(hook.Value))
	}
}

// checkNginxStop compares worker_shutdown_timeout with what systemd waits for.
func checkNginxStop(p *lint.Pass) {
	stop, ok := p.Host.GracefulStop()
	finish := p.Host.Nginx.Root.Effective("worker_shutdown_timeout")
	limit := finish.Time()
	var r *lint.Report
	switch {
	case !ok || !p.Host.Nginx.Whole() || !finish.Known:
		return
	case finish.Directive() == nil || limit.Value == 0:
		if p.Host.IsVendor(stop.Timeout.Span.File) {
			return
		}
		r = p.Report(stop.Timeout.Span, "nginx waits for its requests without an end, and is killed after %s", nginxconf.FormatTime(stop.After)).Severity(lint.Info)
	case !limit.Known || stop.After >= limit.Value+host.AfterStop:
		return
	default:
		r = p.Report(finish.Directive().HeadSpan(), "nginx may take %s to finish its requests, and is killed after %s",
			nginxconf.FormatTime(limit.Value), nginxconf.FormatTime(stop.After))
		r.See(stop.Timeout.Span, "%s after the signal it is killed", nginxconf.FormatTime(stop.After))
	}
	if r.Key("nginx"); stop.Command != nil {
		r.See(stop.Command.Span, "nginx is told to finish them")
	}
}
