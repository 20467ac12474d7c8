package rules

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var fastcgiKeepConnMissing = &lint.Rule{
	Name:  "upstream/fastcgi-keep-conn-missing",
	Title: "a pool for FastCGI servers that are told to close",
	Why: "Unless fastcgi_keep_conn is on, nginx asks the FastCGI server to close the connection after its answer, so none ever comes " +
		"to the pool that keepalive sets up. Where the pool is wider than the server has processes, turning it on is no gain: " +
		"every idle connection keeps one of them from other work.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_keep_conn",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runFastcgiKeepConnMissing,
}

const keepConn = "fastcgi_keep_conn"

func runFastcgiKeepConnMissing(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok || pool.Origin.IsDefault() { // nobody asked for it
			continue
		}
		var routes []*nginxconf.Route
		for _, r := range p.Host.Nginx.RoutesTo(u) {
			on := r.Scope.Effective(keepConn).On()
			switch {
			case r.Module != "fastcgi":
			case !on.Known:
				p.Skip(r.Pass.HeadSpan(), "whether fastcgi_keep_conn is on cannot be read")
			case !on.Value:
				routes = append(routes, r)
			}
		}
		if len(routes) > 0 {
			reportKeepConn(p, u, pool, routes)
		}
	}
}

func reportKeepConn(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, routes []*nginxconf.Route) {
	r := p.Report(pool.Origin.Span, "%s keeps %d idle connections for each worker, but requests ask FastCGI to close theirs", u.Name, pool.Size).
		Key("upstream %s", u.Name)
	var explicit, implied []source.Span
	for _, route := range routes {
		if d := route.Scope.Effective(keepConn).Directive(); d != nil {
			explicit = append(explicit, d.HeadSpan())
		} else {
			implied = append(implied, route.Pass.HeadSpan())
		}
	}
	r.SeeAll(explicit, "asks for that")
	r.SeeAll(implied, "passes to %s with fastcgi_keep_conn off (nginx default)", u.Name)
	edits := keepConnEdits(p.Host.ReachOf(keepConn), routes)
	switch fits, known := poolFits(p.Host, u, pool); {
	case fits:
		r.Suggest("keep FastCGI connections to "+u.Name+" open", edits...)
	case !known:
		r.SuggestUnsafe("keep FastCGI connections to "+u.Name+" open",
			fmt.Sprintf("each of up to %d idle connections for each worker occupies a process of the FastCGI server", pool.Size), edits...)
	}
}

// poolFits reports whether the applications behind an upstream hold all that the
// pools would then keep; known is false where nobody says what they hold.
func poolFits(h *host.Host, u *nginxconf.Upstream, pool host.Pool) (fits, known bool) {
	workers, _ := h.Workers()
	apps := h.AppsOf(u)
	for _, a := range apps {
		limit := host.IdleLimit(a)
		if !limit.Known || !workers.Known {
			return false, false
		}
		if pool.Size*h.Caches(u, pool)*workers.Value > limit.Value {
			return false, true
		}
	}
	return len(apps) > 0, len(apps) > 0
}

// keepConnEdits turns fastcgi_keep_conn on for every route and leaves those
// alone that pass to something without a pool; none when that cannot be done.
func keepConnEdits(reach *host.Reach, routes []*nginxconf.Route) []source.Edit {
	var edits []source.Edit
	for _, r := range routes {
		v := r.Scope.Effective(keepConn)
		location := r.Scope.Enclosing(nginxconf.InLocation)
		switch d := v.Directive(); {
		case d != nil && reach.DecidesOnlyPooled(d):
			edits = append(edits, d.SetArg(0, "on"))
		case v.Level == location || !reach.OnlyPooled(location):
			return nil
		default:
			edits = append(edits, reach.Level(location).Insert(nginxconf.Statement{Name: keepConn, Words: []string{"on"}})...)
		}
	}
	return edits
}
