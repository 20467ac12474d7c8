package host

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Handshake is what a route does with the request that opens a WebSocket: it
// needs HTTP/1.1, the client's Upgrade header and a Connection header that says
// "upgrade" (RFC 6455, section 4.1), none of which nginx passes on by itself.
type Handshake struct {
	// Known is false when something that decides cannot be read.
	Known bool
	// HTTP11, Upgrade and Connection are what is passed on. A Connection header made
	// of variables is taken for one that says so.
	HTTP11, Upgrade, Connection bool
	// Version and Headers are what decides.
	Version, Headers nginxconf.Value
}

// OK reports that a WebSocket can be opened.
func (s Handshake) OK() bool { return s.Known && s.HTTP11 && s.Upgrade && s.Connection }

// HandshakeOn judges a route of the proxy module.
func HandshakeOn(r *nginxconf.Route) Handshake {
	s := Handshake{Version: r.Scope.Effective("proxy_http_version"), Headers: r.Scope.Effective("proxy_set_header")}
	s.Known = s.Version.Known && s.Headers.Known
	s.HTTP11 = s.Version.First() == "1.1"
	if d := ConnectionHeader(s.Headers); d != nil {
		s.Connection = strings.Contains(d.Arg(1), "$") || SaysUpgrade(d)
	}
	s.Upgrade, _ = PassesUpgrade(r)
	return s
}

// SaysUpgrade reports whether a directive sets the Connection header to the word
// "upgrade" for every request.
func SaysUpgrade(connection *nginxconf.Directive) bool {
	return slices.ContainsFunc(strings.Split(connection.Arg(1), ","), func(word string) bool {
		return strings.EqualFold(strings.TrimSpace(word), "upgrade")
	})
}

// webSocketWord matches words for WebSockets and the libraries on top of them,
// liveWord those for what is often done with them.
var (
	webSocketWord = regexp.MustCompile(`(?i)(^|[^a-z])(wss?|web-?sockets?|websockify|sockets?|sockjs|cable|signalr|hubs?)($|[^a-z])`)
	liveWord      = regexp.MustCompile(`(?i)(^|[^a-z])(reverb|pusher|soketi|centrifugo|realtime|push|live|chat|events?|stream|notif[a-z]*|signall?ing|(no)?vnc|terminals?|tty|hmr)($|[^a-z])`)
)

// NamedForWebSockets reports whether a word in the path of a location says that
// it is for WebSockets.
func NamedForWebSockets(location *nginxconf.Scope) bool {
	return webSocketWord.MatchString(location.Label())
}

// MayBeForWebSockets reports whether anything says that a route is for WebSockets
// alone: an "if" on the Upgrade header, or a word in the path, the server's
// names, the target or the application's name.
func (h *Host) MayBeForWebSockets(r *nginxconf.Route) bool {
	for s := r.Scope; s != nil; s = s.Parent {
		switch s.Context {
		case nginxconf.InLocationIf:
			if strings.Contains(s.Directive.ArgText(), "$http_upgrade") {
				return true
			}
		case nginxconf.InLocation:
			if namedLive(s.Label()) {
				return true
			}
		}
	}
	names := []string{r.Address, r.URI, r.Pass.ArgText()}
	if server := r.Scope.Enclosing(nginxconf.InServer); server != nil {
		for _, d := range server.Own("server_name") {
			names = append(names, d.ArgText())
		}
	}
	for _, a := range h.AppsOn(r) {
		names = append(names, a.Name)
	}
	return slices.ContainsFunc(names, namedLive)
}

func namedLive(text string) bool {
	return webSocketWord.MatchString(text) || liveWord.MatchString(text)
}

// TakesEverything reports whether a route is that of a location for all requests
// that no other one wants: "/", or a named one.
func TakesEverything(r *nginxconf.Route) bool {
	location := r.Scope.Enclosing(nginxconf.InLocation)
	if location == nil {
		return false
	}
	m := nginxconf.MatchOf(location.Directive)
	return m.Operator == "@" || (m.Operator == "" || m.Operator == "^~") && m.Text == "/"
}

// KeepsOpen reports whether a route leads to a pool that is used, or that somebody
// asked for.
func (h *Host) KeepsOpen(r *nginxconf.Route) bool {
	if r.Upstream == nil {
		return false
	}
	pool, ok := h.PoolOf(r.Upstream)
	return ok && (!pool.Origin.IsDefault() || !h.ReuseOn(r).Close)
}

// PassesWithin reports whether a location nested in another one passes requests on:
// it would inherit what the outer one is given.
func (h *Host) PassesWithin(location *nginxconf.Scope) bool {
	return slices.ContainsFunc(h.Nginx.Routes(), func(r *nginxconf.Route) bool {
		inner := r.Scope.Enclosing(nginxconf.InLocation)
		return inner != nil && inner != location && inner.Within(location)
	})
}
