package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var websocketNotUpgraded = &lint.Rule{
	Name:  "upstream/websocket-not-upgraded",
	Title: "no location passes the handshake of WebSockets on",
	Why: "Upgrade and Connection are headers of one hop: nginx drops them unless the location sets them for the hop to the application, and " +
		"the handshake needs HTTP/1.1. Without them the application sees an ordinary request, and no WebSocket is ever opened.",
	Refs: []string{
		"https://nginx.org/en/docs/http/websocket.html",
		"https://www.rfc-editor.org/rfc/rfc6455#section-4.1",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals:  []string{"timeouts/websocket-cut"},
	Run:      runWebsocketNotUpgraded,
}

func runWebsocketNotUpgraded(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, a := range p.Host.Apps {
		if !a.WebSocket {
			continue
		}
		routes, may := handshakeRoutes(p, a)
		switch hidden := p.Host.Nginx.Hidden(); {
		case may || len(routes) == 0:
		case hidden != nil:
			p.Skip(routes[0].Pass.HeadSpan(), "whether WebSockets reach "+a.Name+" is not clear: another location may be where nginx reads what was not seen")
		default:
			reportNoHandshake(p, a, routes)
		}
	}
}

// handshakeRoutes returns the routes that reach an application; may reports that
// a WebSocket may pass on one of them, or on one that nobody knows the target of.
func handshakeRoutes(p *lint.Pass, a *appconf.App) (routes []*nginxconf.Route, may bool) {
	for _, r := range p.Host.Nginx.Routes() {
		if !r.Variable && !slices.Contains(p.Host.AppsOn(r), a) {
			continue
		}
		s := host.HandshakeOn(r)
		switch {
		case r.Module != "proxy": // stream passes everything on, uwsgi and scgi have ways of their own
			may = may || r.Module != "fastcgi" && r.Module != "grpc" && r.Module != "memcached"
		case !s.Known:
			p.Skip(r.Pass.HeadSpan(), "a file that could not be read may pass WebSockets on")
			may = true
		case r.Variable:
			may = may || s.OK()
		default:
			may = may || s.OK()
			routes = append(routes, r)
		}
	}
	return routes, may
}

func reportNoHandshake(p *lint.Pass, a *appconf.App, routes []*nginxconf.Route) {
	chosen := webSocketRoutes(p.Host, routes)
	first := append(slices.Clone(chosen), routes...)[0]
	r := p.Report(first.Pass.HeadSpan(), "%s speaks WebSocket, but nginx passes no handshake on to it: %s", a.Name, lacks(host.HandshakeOn(first))).
		Key("application %s", a.Name).
		See(a.Span, "declares WebSockets")
	var others []source.Span
	for _, route := range routes {
		if route != first {
			others = append(others, route.Pass.HeadSpan())
		}
	}
	r.SeeAll(others, "passes none on either")
	if len(chosen) == 0 {
		return
	}
	variable, edits, ok := "", []source.Edit(nil), true
	if slices.ContainsFunc(chosen, needsVariable) {
		variable, edits, ok = upgradeVariable(p.Host, chosen)
	}
	for _, route := range chosen {
		more := passHandshake(p.Host, route, variable)
		edits, ok = append(edits, more...), ok && more != nil
	}
	if ok {
		r.Suggest("pass the handshake on in "+first.Scope.Enclosing(nginxconf.InLocation).Label(), nginxconf.Join(edits)...)
	}
}

// needsVariable reports whether a location has to set the Connection header: it
// lacks one that says "upgrade", or would have to repeat one that always does.
func needsVariable(r *nginxconf.Route) bool {
	s, location := host.HandshakeOn(r), r.Scope.Enclosing(nginxconf.InLocation)
	return !s.Connection || !s.Upgrade && s.Headers.Level != location && host.SaysUpgrade(host.ConnectionHeader(s.Headers))
}

// lacks says what keeps a WebSocket from being opened.
func lacks(s host.Handshake) string {
	var missing []string
	if !s.HTTP11 {
		missing = append(missing, "HTTP/"+s.Version.First())
	}
	if !s.Upgrade {
		missing = append(missing, "no Upgrade header")
	}
	if !s.Connection {
		missing = append(missing, "no Connection: upgrade")
	}
	return strings.Join(missing, ", ")
}

// webSocketRoutes chooses where the handshake belongs: locations named for it,
// else the only one, else the only one that takes everything where nothing says
// that another is meant.
func webSocketRoutes(h *host.Host, routes []*nginxconf.Route) []*nginxconf.Route {
	keep := func(which func(*nginxconf.Route) bool) []*nginxconf.Route {
		return slices.DeleteFunc(slices.Clone(routes), func(r *nginxconf.Route) bool { return !which(r) })
	}
	named := keep(func(r *nginxconf.Route) bool { return host.NamedForWebSockets(r.Scope.Enclosing(nginxconf.InLocation)) })
	if len(named) > 0 {
		return named
	}
	if len(routes) == 1 {
		return routes
	}
	other := func(r *nginxconf.Route) bool { return !host.TakesEverything(r) && h.MayBeForWebSockets(r) }
	if all := keep(host.TakesEverything); len(all) == 1 && !slices.ContainsFunc(routes, other) {
		return all
	}
	return nil
}
