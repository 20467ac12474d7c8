package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var noKeepalive = &lint.Rule{
	Name:  "upstream/no-keepalive",
	Title: "an upstream without a pool, where nginx has none by default",
	Why: "Before 1.29.7 nginx opens a connection for every request unless the upstream block has a keepalive directive. " +
		"That costs a round trip and about three times the processor time of a request over a pooled connection, " +
		"and a connection that is closed holds its port for another minute on the side that closed it.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runNoKeepalive,
}

func runNoKeepalive(p *lint.Pass) {
	if p.Host.Nginx == nil || nginxconf.PoolByDefault(p.Host.Nginx.Version) || !hasDirective(p.Host.Nginx, "keepalive") {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		var routes []*nginxconf.Route
		for _, r := range p.Host.Nginx.RoutesTo(u) {
			if r.Module == "proxy" && !p.Host.MayBeForWebSockets(r) {
				routes = append(routes, r)
			}
		}
		byCode := slices.ContainsFunc(u.BalancingMethods(), func(d *nginxconf.Directive) bool { return d.Block != nil || d.Name == "balancer_by_lua_file" })
		switch {
		case u.Scope.Last("keepalive") != nil || len(routes) == 0 || byCode || noneKept(p.Host, u):
		case u.Scope.MayHold("keepalive"):
			p.Skip(u.Directive.HeadSpan(), "a file that could not be read may hold keepalive")
		default:
			reportNoPool(p, u, routes)
		}
	}
}

// hasDirective reports whether a version of nginx has a directive of its own.
func hasDirective(c *nginxconf.Config, name string) bool {
	return slices.ContainsFunc(nginxconf.Lookup(name), func(d *nginxconf.Def) bool {
		ok, _ := d.Exists(c.Version)
		return ok && !d.ThirdParty
	})
}

func reportNoPool(p *lint.Pass, u *nginxconf.Upstream, routes []*nginxconf.Route) {
	apps := p.Host.AppsOf(u)
	each := "every request"
	peak, known := p.Host.Peak()
	if known = known && p.Host.OneTarget(); known {
		each = fmt.Sprintf("each of %d requests/s", peak.Requests.Value)
	}
	r := p.Report(u.Directive.HeadSpan(), "%s keeps no idle connections: nginx %s opens a new one for %s", u.Name, p.Host.Nginx.Release(), each).
		Key("upstream %s", u.Name)
	if !slices.ContainsFunc(apps, func(a *appconf.App) bool { return a.KeepAlive.Known }) {
		r.Severity(lint.Info) // it may well be one that closes after every answer
	}
	seeKept(r, apps)
	if known {
		r.SeeOrigin(peak.Requests.Origin, "%d requests a second are expected", peak.Requests.Value)
	}
	r.SeeAll(nginxconf.PassSpans(routes), "passes to %s", u.Name)
	if !known {
		return
	}
	n := peak.Size(len(u.Servers))
	pool := poolStatements(p.Host, u, n)
	reuse, ok := reuseEdits(p.Host, p.Host.Nginx.RoutesTo(u))
	if pool == nil || !ok || !p.Host.HoldsPool(u, n*peak.Workers.Value) || tunesPool(u) {
		return
	}
	r.SuggestUnsafe(fmt.Sprintf("keep %d idle connections to %s for each worker", n, u.Name),
		fmt.Sprintf("up to %d idle connections stay open to the application", n*peak.Workers.Value), append(u.Scope.Insert(pool...), reuse...)...)
}

// tunesPool reports whether an upstream has settings of a pool although there is
// none: somebody is in the middle of something.
func tunesPool(u *nginxconf.Upstream) bool {
	return slices.ContainsFunc(u.Scope.Items(), func(d *nginxconf.Directive) bool { return strings.HasPrefix(d.Name, "keepalive_") })
}

// seeKept adds how long the applications keep connections.
func seeKept(r *lint.Report, apps []*appconf.App) {
	for _, a := range apps {
		switch keep := a.KeepAlive; {
		case !keep.Known || host.ClosesEach(a):
		case keep.Value == appconf.Infinite:
			r.SeeOrigin(keep.Origin, "%s never closes an idle connection", a.Name)
		default:
			r.SeeOrigin(keep.Origin, "%s keeps idle connections for %s", a.Name, nginxconf.FormatTime(keep.Value))
		}
	}
}
