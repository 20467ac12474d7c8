package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var appKillsBeforeRead = &lint.Rule{
	Name:  "timeouts/app-kills-before-read",
	Title: "the application's server cuts its requests off before they are done, or long before nginx would",
	Why: "A worker that is killed by its master, or a connection that the server closes by its write timeout, leaves no answer behind: the client sees 502, not 504, " +
		"and nginx logs \"upstream prematurely closed connection\". Who looks for the limit in nginx looks in the wrong place.",
	Refs: []string{
		"https://gunicorn.org/reference/settings/#timeout",
		"https://pkg.go.dev/net/http#Server",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
	},
	Severity: lint.Info,
	Run:      runAppKillsBeforeRead,
}

func runAppKillsBeforeRead(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, a := range p.Host.Apps {
		if limit := host.OwnLimit(a); limit.Known {
			reportCutShort(p, a, limit)
		}
	}
	for _, l := range p.Host.LateReads() {
		at, where := l.RouteValue.Place()
		r := p.Report(at, "nginx waits %s for %s, which cuts a request off after %s: clients see 502, not 504",
			nginxconf.FormatTime(l.Time().Value), l.App.Name, nginxconf.FormatTime(l.Limit.Value)).
			Key("%s in %s for %s", l.Name, where, l.App.Name)
		r.SeeValue(l.RouteValue, "passes to %s", l.App.Name)
		r.SeeOrigin(l.Limit.Origin, "%s ends a request after %s", l.App.Name, nginxconf.FormatTime(l.Limit.Value))
	}
}

// reportCutShort reports times in tunelint.yaml that the application's own
// server does not allow.
func reportCutShort(p *lint.Pass, a *appconf.App, limit source.Setting[time.Duration]) {
	declared := []source.Setting[time.Duration]{a.RequestTimeout}
	for _, r := range a.Routes {
		declared = append(declared, r.RequestTimeout)
	}
	for _, t := range declared {
		if !t.Known || t.Origin.Span.File != a.Span.File || t.Value <= limit.Value {
			continue
		}
		p.Report(t.Origin.Span, "an answer of %s may take %s, but its server cuts a request off after %s", a.Name,
			nginxconf.FormatTime(t.Value), nginxconf.FormatTime(limit.Value)).
			Severity(lint.Warning).Key("%s cut after %s", a.Name, nginxconf.FormatTime(limit.Value)).
			SeeOrigin(limit.Origin, "%s ends a request after %s", a.Name, nginxconf.FormatTime(limit.Value))
	}
}
