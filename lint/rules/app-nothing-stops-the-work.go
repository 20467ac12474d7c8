package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var nothingStopsTheWork = &lint.Rule{
	Name:  "app/nothing-stops-the-work",
	Title: "nginx gives up on a request, and the application has no limit of its own",
	Why: "The client has its 504 while the worker goes on, often for an answer that nobody waits for any more; under load such requests take all workers. " +
		"A server that watches only whether its workers are alive, as gunicorn does with threads and with ASGI, does not end a request, and Node's requestTimeout " +
		"limits receiving it. A limit below nginx's, in the server, the framework or the calls the request waits for, frees the worker and tells why.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
		"https://docs.gunicorn.org/en/stable/settings.html#timeout",
	},
	Severity: lint.Info,
	Run:      runNothingStopsTheWork,
}

func runNothingStopsTheWork(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.EndlessWorks()
	for _, s := range unread {
		p.Skip(s.Span, s.Why)
	}
	for _, w := range found {
		reportEndlessWork(p, w)
	}
}

func reportEndlessWork(p *lint.Pass, w host.EndlessWork) {
	a, first := w.App, w.Reads[0]
	at := a.Span
	if o := a.NoRequestTimeout.Origin; !o.IsDefault() {
		at = o.Span
	}
	r := p.Report(at, "nginx gives up on %s after %s, and nothing ends the work in %s", a.Name, nginxconf.FormatTime(first.Time().Value), appName(a)).
		Key("app %s", a.Name)
	if o := a.NoRequestTimeout.Origin; o.IsDefault() {
		r.SeeOrigin(o, "%s limits no request", a.Name)
	}
	if t := a.WorkerTimeout; t.Known {
		r.SeeOrigin(t.Origin, "the worker timeout of %s watches the worker, not the request", nginxconf.FormatTime(t.Value))
	}
	if t := a.ComputeTimeout; t.Known {
		r.SeeOrigin(t.Origin, "the limit of %s counts computing, not waiting", nginxconf.FormatTime(t.Value))
	}
	for _, v := range w.Reads {
		r.SeeOrigin(v.Time().Origin, "%s is %s", v.Name, nginxconf.FormatTime(v.Time().Value))
	}
}
