package rules

import (
	"sync"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var keepaliveWithoutHTTP11 = &lint.Rule{
	Name:  "upstream/keepalive-without-http11",
	Title: "the upstream keeps idle connections, but requests go out in HTTP/1.0",
	Why: "A connection that carried an HTTP/1.0 request is closed with the answer and never comes back to the pool: " +
		"every request opens a new one, at about three times the processor time.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals:  []string{"upstream/non-idempotent-retried", "upstream/pool-smaller-than-concurrency"},
	Run:      runKeepaliveWithoutHTTP11,
}

const httpVersion = "proxy_http_version"

func runKeepaliveWithoutHTTP11(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	reach := sync.OnceValue(func() *host.Reach { return p.Host.ReachOf(httpVersion) })
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok {
			continue
		}
		if d := u.Scope.Last("keepalive"); d != nil && leavesVersionOpen(p.Host, u) {
			p.Skip(d.HeadSpan(), "the default of proxy_http_version changed in nginx 1.29.7, and the version of this nginx is not declared")
		}
		var routes []*nginxconf.Route
		for _, r := range p.Host.Nginx.RoutesTo(u) {
			switch reuse := p.Host.ReuseOn(r); {
			case r.Module == "proxy" && !reuse.Version.Known:
				p.Skip(r.Pass.HeadSpan(), "a file that could not be read may set proxy_http_version")
			case reuse.HTTP10:
				routes = append(routes, r)
			}
		}
		if len(routes) > 0 {
			reportHTTP10(p, u, pool, routes, reach())
		}
	}
}

// leavesVersionOpen reports whether nginx's version decides about a route and is
// not known.
func leavesVersionOpen(h *host.Host, u *nginxconf.Upstream) bool {
	for _, r := range h.Nginx.RoutesTo(u) {
		v := r.Scope.Effective(httpVersion)
		if r.Module == "proxy" && v.Known && v.Directive() == nil && !h.Facts.NginxVersion.Known {
			return true
		}
	}
	return false
}

func reportHTTP10(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, routes []*nginxconf.Route, reach *host.Reach) {
	r := reportPool(p, u, pool, "go out in HTTP/1.0 and close theirs")
	var implied, explicit []source.Span
	for _, route := range routes {
		if d := route.Scope.Effective(httpVersion).Directive(); d != nil {
			explicit = append(explicit, d.HeadSpan())
		} else {
			implied = append(implied, route.Pass.HeadSpan())
		}
	}
	r.SeeAll(explicit, "asks for HTTP/1.0")
	r.SeeAll(implied, "passes in HTTP/1.0 (nginx %s default)", p.Host.Nginx.Version)
	if full := p.Host.OverfilledBy(u, httpVersion); full != nil && !full.Asked {
		adviseSmallerPool(r, full)
	} else if edits := http11Edits(reach, routes); edits != nil {
		first, idle := letGoFirst(p.Host, u, pool)
		suggestReuse(r, full, "pass requests to "+u.Name+" in HTTP/1.1"+lettingGo(idle), append(edits, first...))
	}
}

// reportPool reports that requests do not use a pool. It is a warning where
// others do, and where nobody asked for the pool.
func reportPool(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, what string) *lint.Report {
	at, severity, requests := u.Directive.HeadSpan(), lint.Error, "requests"
	if use, _ := p.Host.PoolUse(u, pool); use == host.PoolReused {
		severity, requests = lint.Warning, "some requests"
	}
	if d := u.Scope.Last("keepalive"); d != nil {
		at = d.HeadSpan()
	} else {
		severity = lint.Warning
	}
	return p.Report(at, "%s keeps %d idle connections for each worker, but %s %s", u.Name, pool.Size, requests, what).
		Severity(severity).Key("upstream %s", u.Name)
}

// http11Edits makes every route speak HTTP/1.1 and leaves those alone that pass
// to something without a pool; none when that cannot be done.
func http11Edits(reach *host.Reach, routes []*nginxconf.Route) []source.Edit {
	var edits []source.Edit
	for _, r := range routes {
		v := r.Scope.Effective(httpVersion)
		location := r.Scope.Enclosing(nginxconf.InLocation)
		switch d := v.Directive(); {
		case d != nil && reach.DecidesOnlyPooled(d):
			edits = append(edits, d.SetArg(0, "1.1"))
		case v.Level == location || !reach.OnlyPooled(location):
			return nil
		default:
			at := reach.Level(location)
			edits = append(edits, at.Insert(nginxconf.Statement{Name: httpVersion, Words: []string{"1.1"}})...)
		}
	}
	return edits
}
