package rules

import (
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var keepaliveWithoutConnectionHeader = &lint.Rule{
	Name:  "upstream/keepalive-without-connection-header",
	Title: "the upstream keeps idle connections, but requests carry Connection: close",
	Why: "An application that is told to close does so after its answer, so no connection ever comes back to the pool: " +
		"every request opens a new one, at about three times the processor time. " +
		"Before 1.29.7 nginx sends the header by itself unless the location's own set of headers clears it.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals:  []string{"upstream/non-idempotent-retried", "upstream/pool-smaller-than-concurrency"},
	Run:      runKeepaliveWithoutConnectionHeader,
}

const setHeader = "proxy_set_header"

func runKeepaliveWithoutConnectionHeader(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	reach := sync.OnceValue(func() *host.Reach { return p.Host.ReachOf(setHeader) })
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok {
			continue
		}
		var routes []*nginxconf.Route
		for _, r := range p.Host.Nginx.RoutesTo(u) {
			switch reuse := p.Host.ReuseOn(r); {
			case r.Module == "proxy" && !reuse.Connection.Known:
				p.Skip(r.Pass.HeadSpan(), "a file that could not be read may set the Connection header")
			case r.Module == "proxy" && !reuse.Known && reuse.Version.Known:
				p.Skip(r.Pass.HeadSpan(), "the Connection header depends on a variable")
			case reuse.Close:
				routes = append(routes, r)
			}
		}
		if len(routes) > 0 {
			reportClose(p, u, pool, routes, reach())
		}
	}
}

func reportClose(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, routes []*nginxconf.Route, reach *host.Reach) {
	r := reportPool(p, u, pool, "tell it to close theirs")
	var explicit, dropped, implied []source.Span
	for _, route := range routes {
		v := route.Scope.Effective(setHeader)
		switch d := host.ConnectionHeader(v); {
		case d != nil && p.Host.UpgradeMapEntry(d.Arg(1)) != nil:
			explicit = append(explicit, p.Host.UpgradeMapEntry(d.Arg(1)).HeadSpan())
		case d != nil:
			explicit = append(explicit, d.HeadSpan())
		case v.Level != nil && host.ConnectionHeader(v.Level.Parent.Effective(setHeader)) != nil:
			dropped = append(dropped, v.Directives[0].HeadSpan())
		default:
			implied = append(implied, route.Pass.HeadSpan())
		}
	}
	r.SeeAll(explicit, "gives plain requests Connection: close")
	r.SeeAll(dropped, "a header set here drops the outer Connection header")
	r.SeeAll(implied, "sends Connection: close (nginx %s default)", p.Host.Nginx.Version)
	suggestClear(p.Host, reach, r, u, pool, routes)
}

func suggestClear(h *host.Host, reach *host.Reach, r *lint.Report, u *nginxconf.Upstream, pool host.Pool, routes []*nginxconf.Route) {
	full := h.OverfilledBy(u, setHeader)
	if full != nil && !full.Asked {
		adviseSmallerPool(r, full)
		return
	}
	edits, idle := letGoFirst(h, u, pool)
	shared := false
	for _, route := range routes {
		more := clearConnection(h, reach, route)
		if more == nil {
			return
		}
		edits = append(edits, more...)
		d := host.ConnectionHeader(route.Scope.Effective(setHeader))
		shared = shared || d != nil && strings.Contains(d.Arg(1), "$") && !reach.ConnectionOnlyPooled(d.Arg(1))
	}
	title := "clear the Connection header of requests to " + u.Name + lettingGo(idle)
	if shared {
		r.SuggestUnsafe(title, "locations that use the same map and pass to a place without a pool no longer ask it to close", edits...)
		return
	}
	suggestReuse(r, full, title, edits)
}

// clearConnection clears the Connection header of a route and leaves every
// other header, and every other route, as it was; nil when that cannot be done.
func clearConnection(h *host.Host, reach *host.Reach, route *nginxconf.Route) []source.Edit {
	v := route.Scope.Effective(setHeader)
	location := route.Scope.Enclosing(nginxconf.InLocation)
	cleared := nginxconf.Statement{Name: setHeader, Words: []string{"Connection", `""`}}
	d := host.ConnectionHeader(v)
	switch {
	case d != nil && strings.Contains(d.Arg(1), "$"):
		return []source.Edit{h.UpgradeMapEntry(d.Arg(1)).SetArg(0, `""`)}
	case d != nil && reach.DecidesOnlyPooled(d):
		return []source.Edit{d.SetArg(1, `""`)}
	case d != nil && v.Level == location || !reach.OnlyPooled(location):
		return nil
	case d == nil && v.Level == nil && reach.Level(location) != location:
		return reach.Level(location).Insert(cleared)
	case d == nil && v.Level != nil && (v.Level == location || reach.OnlyPooled(v.Level)):
		return v.Level.Insert(cleared)
	case !reach.SameInAllPlaces(location):
		return nil
	}
	return location.Insert(append(restate(v, d), cleared)...)
}

// restate repeats the directives of an outer level, without one of them.
func restate(v nginxconf.Value, without *nginxconf.Directive) []nginxconf.Statement {
	var out []nginxconf.Statement
	for _, d := range v.Directives {
		if d != without {
			out = append(out, nginxconf.Statement{Name: d.Name, Words: slices.Clone(d.Words())})
		}
	}
	return out
}
