package rules

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var reloadDropsIdle = &lint.Rule{
	Name:  "timeouts/reload-drops-idle",
	Title: "a reload closes connections that the load balancer is about to use again",
	Why: "When nginx reloads, its old workers close every idle client connection at once. An HTTP balancer keeps those connections to send the next request on; " +
		"a request that crosses the closing is reset, and POST cannot be sent again. keepalive_min_timeout, since 1.27.4, keeps a connection open so long after " +
		"its last request, which spares those in use. One that was silent for longer is still closed.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_min_timeout",
		"https://nginx.org/en/docs/control.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runReloadDropsIdle,
}

// spareRecent is how long a connection is spared: longer than the pauses of one
// in use, and no burden for the old workers, which stay that much longer.
const spareRecent = "1s"

func runReloadDropsIdle(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	pooling := slices.DeleteFunc(slices.Clone(p.Host.Balancers), func(b *appconf.LoadBalancer) bool {
		return b.Layer != 7 || b.IdleTimeout.Known && b.IdleTimeout.Value == 0
	})
	if len(pooling) == 0 {
		return
	}
	found, unread := p.Host.ReloadCloses()
	seen := map[source.Span]bool{}
	for _, skip := range unread {
		if !seen[skip.Span] {
			p.Skip(skip.Span, "how long a reload spares clients' connections cannot be read")
		}
		seen[skip.Span] = true
	}
	for _, c := range found {
		reportReloadClose(p, c, pooling)
	}
}

func reportReloadClose(p *lint.Pass, c *host.ReloadClose, pooling []*appconf.LoadBalancer) {
	at := c.Level.Directive.NameSpan()
	if c.Directive != nil {
		at = c.Directive.HeadSpan()
	}
	r := p.Report(at, "a reload closes idle connections at once that %s may be sending a request on", pooling[0].Name).
		Key("keepalive_min_timeout in %s", c.Level.Path())
	absent := p.Host.Absent("keepalive_min_timeout")
	switch {
	case absent != "":
		r.Severity(lint.Info).See(source.Span{}, "%s", absent)
	case c.Directive == nil:
		r.SeeOrigin(c.Origin, "keepalive_min_timeout is 0")
	}
	for _, b := range pooling {
		if b.IdleTimeout.Known && b.IdleTimeout.Value != appconf.Infinite {
			r.SeeOrigin(b.IdleTimeout.Origin, "%s keeps an idle connection for %s", b.Name, nginxconf.FormatTime(b.IdleTimeout.Value))
		}
	}
	switch {
	case absent != "":
	case c.Directive != nil:
		r.Suggest("set keepalive_min_timeout to "+spareRecent, c.Directive.SetArg(0, spareRecent))
	case p.Host.Facts.NginxVersion.Known:
		r.Suggest("set keepalive_min_timeout to "+spareRecent, c.Level.Insert(nginxconf.Statement{Name: "keepalive_min_timeout", Words: []string{spareRecent}})...)
	default: // an older nginx would refuse the directive
		r.Severity(lint.Info)
	}
}
