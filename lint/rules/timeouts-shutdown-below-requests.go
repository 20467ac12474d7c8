package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var shutdownBelowRequests = &lint.Rule{
	Name:  "timeouts/shutdown-below-requests",
	Title: "less time is left for a shutdown than a request may take",
	Why: "A reload or restart that promises to finish what is running cuts it off after this time: the client of a long request sees a closed connection or 502, " +
		"at every deployment. What stops a program should wait for its longest request and a little longer.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_shutdown_timeout",
		"https://nginx.org/en/docs/control.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#TimeoutStopSec=",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runShutdownBelowRequests,
}

func runShutdownBelowRequests(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		reportAppStop(p, a)
	}
	if p.Host.Nginx == nil {
		return
	}
	if longest := p.Host.LongestRequest(); longest.Known {
		reportWorkerStop(p, longest)
		reportUnitStop(p, longest)
	}
}

// seeLongest names what may take so long.
func seeLongest(r *lint.Report, longest source.Setting[time.Duration]) {
	r.SeeOrigin(longest.Origin, "a request may take %s", nginxconf.FormatTime(longest.Value))
}

// reportAppStop is about an application that stops: by its own limit, or else by
// that of its supervisor.
func reportAppStop(p *lint.Pass, a *appconf.App) {
	limit, longest := a.ShutdownTimeout, host.LongestOf(a)
	who := " finishes for "
	if !limit.Known || limit.Value == appconf.Infinite {
		limit, who = a.StopGrace, " is given "
	}
	if !limit.Known || limit.Origin.Assumed || !longest.Known || limit.Value >= longest.Value {
		return
	}
	at := a.Span
	if limit.Origin.Span.IsValid() {
		at = limit.Origin.Span
	}
	r := p.Report(at, "%s%s%s when it is stopped, and a request may take %s", a.Name, who,
		nginxconf.FormatTime(limit.Value), nginxconf.FormatTime(longest.Value)).Key("app %s", a.Name)
	if limit.Origin.IsDefault() {
		r.SeeOrigin(limit.Origin, "%s%s%s", a.Name, who, nginxconf.FormatTime(limit.Value))
	}
	r.Apply(lint.RestartApp(a))
	seeLongest(r, longest)
}

func reportWorkerStop(p *lint.Pass, longest source.Setting[time.Duration]) {
	v := p.Host.Nginx.Root.Effective("worker_shutdown_timeout")
	limit := v.Time()
	switch {
	case !v.Known:
		p.Skip(v.Doubt.Span, "how long old workers may finish cannot be read: "+v.Doubt.Why)
		return
	case v.Directive() == nil || !limit.Known || limit.Value == 0 || limit.Value >= longest.Value:
		return
	}
	r := p.Report(v.Directive().HeadSpan(), "a reload cuts requests off after %s, and one may take %s",
		nginxconf.FormatTime(limit.Value), nginxconf.FormatTime(longest.Value)).Key("worker_shutdown_timeout")
	seeLongest(r, longest)
	word := nginxconf.FormatTime(longest.Value + afterApp)
	r.SuggestUnsafe("set worker_shutdown_timeout to "+word, "old workers, and connections that are open for good, stay as long after a reload",
		v.Directive().SetArg(0, word))
}

// reportUnitStop is about stopping nginx itself. A command of its own may have a
// limit besides, so there the number is for people to change.
func reportUnitStop(p *lint.Pass, longest source.Setting[time.Duration]) {
	stop, ok := p.Host.GracefulStop()
	if !ok || stop.After >= longest.Value {
		return
	}
	r := p.Report(stop.Timeout.Span, "stopping %s cuts requests off after %s, and one may take %s", p.Host.Service,
		nginxconf.FormatTime(stop.After), nginxconf.FormatTime(longest.Value)).Key("%s %s", p.Host.Service, stop.Timeout.Key).Apply(lint.ReloadUnits())
	seeLongest(r, longest)
	if stop.Command != nil {
		r.See(stop.Command.Span, "tells nginx to finish, and may wait no longer than it says itself")
		return
	}
	if word := nginxconf.FormatTime(longest.Value + afterApp); !p.Host.IsVendor(stop.Timeout.Span.File) {
		r.SuggestUnsafe("set "+stop.Timeout.Key+" to "+word, "a worker that hangs delays the restart as long", stop.Timeout.SetValue(word))
	}
}
