package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var keepaliveNotSupported = &lint.Rule{
	Name:  "app/keepalive-not-supported",
	Title: "the upstream has a pool of idle connections, and what is behind it closes after every answer",
	Why: "gunicorn's sync worker, unicorn and others serve one request per connection, and the protocols of uwsgi_pass and scgi_pass know no other way. " +
		"The pool stays empty, every request needs a new connection, and the sum of connections per second is what ports and accept queues have to carry. " +
		"Only another kind of worker brings reuse.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://docs.gunicorn.org/en/stable/settings.html#keepalive",
	},
	Severity: lint.Warning,
	Run:      runKeepaliveNotSupported,
}

func runKeepaliveNotSupported(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok || pool.Origin.IsDefault() { // nobody asked for it
			continue
		}
		if route := neverReusing(p.Host.Nginx.RoutesTo(u)); route != nil {
			reportEmptyPool(p, u, pool, route.Module+"_pass never uses one again").See(route.Pass.HeadSpan(), "passes to %s", u.Name)
			continue
		}
		if apps := closingEach(p.Host, u); len(apps) > 0 {
			r := reportEmptyPool(p, u, pool, appName(apps[0])+" closes each after its first answer")
			for _, a := range apps {
				r.SeeOrigin(a.KeepAlive.Origin, "%s keeps no connection", a.Name)
			}
		}
	}
}

func reportEmptyPool(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, but string) *lint.Report {
	return p.Report(pool.Origin.Span, "nginx keeps %d idle connections to %s for each worker, but %s", pool.Size, u.Name, but).Key("upstream %s", u.Name)
}

// neverReusing returns the first of the routes where all of them pass by a
// protocol without keep-alive, nil otherwise.
func neverReusing(routes []*nginxconf.Route) *nginxconf.Route {
	for _, r := range routes {
		if r.Module != "uwsgi" && r.Module != "scgi" {
			return nil
		}
	}
	if len(routes) == 0 {
		return nil
	}
	return routes[0]
}

// closingEach returns the applications behind an upstream that requests are
// proxied to, where all of them close every connection after one answer; none
// where some server may be another application.
func closingEach(h *host.Host, u *nginxconf.Upstream) []*appconf.App {
	for _, r := range h.Nginx.RoutesTo(u) {
		if r.Module != "proxy" {
			return nil
		}
	}
	var named bool
	apps := h.AppsOf(u)
	for _, a := range apps {
		if !a.KeepAlive.Known || a.KeepAlive.Value != 0 {
			return nil
		}
		named = named || a.Upstream == u.Name
	}
	if !named && len(apps) < host.UsableServers(u) || len(h.Nginx.RoutesTo(u)) == 0 {
		return nil
	}
	return apps
}
