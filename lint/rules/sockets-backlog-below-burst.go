package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var backlogBelowBurst = &lint.Rule{
	Name:  "sockets/backlog-below-burst",
	Title: "an accept queue is full before a short stop of the application is over",
	Why: "While a program collects garbage, forks or loads a module it accepts nothing, and what arrives waits in the accept queue of its socket. " +
		"A connection that finds the queue full is dropped and tried again after one, three and seven seconds; at a unix socket it fails at once with 502. " +
		"Reused connections take no place in the queue, so a pool helps most. The option stall says how long a stop is.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man2/listen.2.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Warning,
	Run:      runBacklogBelowBurst,
}

// usualStall is a stop that most programs make now and then.
const usualStall = 200 * time.Millisecond

func runBacklogBelowBurst(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	bursts := p.Host.Bursts()
	for _, b := range bursts {
		stall, err := appconf.ParseDuration(p.Option("stall", usualStall.String()))
		if err != nil {
			p.Skip(b.App.Span, "the option stall is not a time: "+p.Option("stall", ""))
			return
		}
		if arrive := int64(float64(b.Rate) * stall.Seconds()); arrive > b.Queue {
			reportBurst(p, b, stall, arrive)
		}
	}
}

func reportBurst(p *lint.Pass, b host.Burst, stall time.Duration, arrive int64) {
	a := b.App
	at := a.Span
	if o := a.ListenBacklog.Origin; !o.IsDefault() {
		at = o.Span
	}
	r := p.Report(at, "%d connections arrive while %s stops for %s, and its accept queue holds %d", arrive, a.Name, nginxconf.FormatTime(stall), b.Queue).
		Key("app %s", a.Name)
	if o := a.ListenBacklog.Origin; o.IsDefault() {
		r.SeeOrigin(o, "%s listens with a backlog of %d", a.Name, a.ListenBacklog.Value)
	}
	if b.Limit.Known {
		r.SeeOrigin(b.Limit.Origin, "%s is %d", somaxconn, b.Limit.Value)
	}
	peak := p.Host.Facts.Workload.PeakRPS
	if r.SeeOrigin(peak.Origin, "%d requests a second at the peak", peak.Value); b.Rate != int64(peak.Value) {
		r.See(source.Span{}, "%d of them for one server", b.Rate)
	}
	r.SeeAll(nginxconf.PassSpans(b.Routes), "opens a connection for every request")
}
