package nginxconf

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// model is what the directives of a configuration mean together.
type model struct {
	upstreams []*Upstream
	routes    []*Route
	routesTo  map[*Upstream][]*Route
	listens   []*Listen
}

// An Upstream is one upstream block.
type Upstream struct {
	Name      string
	Directive *Directive
	// Scope holds the directives of the block.
	Scope *Scope
	// Stream reports that it belongs to the stream context.
	Stream  bool
	Servers []*Server
}

// A Server is one "server" line of an upstream block.
type Server struct {
	Directive *Directive
	// Address is the first argument, without port when none is written.
	Address string
	// Down and Backup say that the server takes no part in normal traffic.
	Down, Backup bool
}

// A Route is a place that passes requests on: a location, an "if" within one,
// or a stream server.
type Route struct {
	// Scope is where the pass directive stands.
	Scope *Scope
	// Pass is proxy_pass, fastcgi_pass, grpc_pass, uwsgi_pass, scgi_pass or memcached_pass.
	Pass *Directive
	// Module is the directive's prefix: "proxy", "fastcgi" …; "stream" for proxy_pass there.
	Module string
	// Scheme is "http", "https", "grpc", "grpcs", or "".
	Scheme string
	// Address is host, host:port or unix:path as written; "" when it is computed.
	Address string
	// URI is the part after the address, "" when there is none.
	URI string
	// Upstream is the block of that name; nil for a literal address.
	Upstream *Upstream
	// Variable reports that the target holds a variable and is known only at run time.
	Variable bool
}

// A Listen is one listen directive of an http server.
type Listen struct {
	Directive *Directive
	Scope     *Scope
	// Socket identifies the listening socket: "*:80", "[::]:443", "unix:/run/x".
	Socket string
	// QUIC reports a UDP socket, which has no accept queue.
	QUIC bool
}

// Upstreams returns the upstream blocks in order. Like every answer about the
// whole configuration it is empty while a file has a syntax error.
func (c *Config) Upstreams() []*Upstream { return c.model().upstreams }

// Routes returns every place that passes requests on, in order.
func (c *Config) Routes() []*Route { return c.model().routes }

// Listens returns the listen directives of all http servers, in order.
func (c *Config) Listens() []*Listen { return c.model().listens }

// RoutesTo returns the routes that pass to an upstream block, in order.
func (c *Config) RoutesTo(u *Upstream) []*Route { return c.model().routesTo[u] }

// HTTP returns the http scope; nil when there is none or a file has a syntax error.
func (c *Config) HTTP() *Scope {
	if !c.Whole() {
		return nil
	}
	for _, s := range c.Root.Children {
		if s.Context == InHTTP {
			return s
		}
	}
	return nil
}

func newModel(c *Config) *model {
	m := &model{routesTo: map[*Upstream][]*Route{}}
	if !c.Whole() {
		return m
	}
	byName := map[string]*Upstream{}
	c.Root.Walk(func(s *Scope) {
		if s.Context&(InUpstream|InStreamUpstream) != 0 && len(s.Directive.Args) == 1 {
			u := newUpstream(s)
			m.upstreams = append(m.upstreams, u)
			byName[upstreamKey(u.Stream, u.Name)] = u
		}
	})
	c.Root.Walk(func(s *Scope) {
		for _, d := range s.items {
			if r := newRoute(s, d); r != nil {
				r.Upstream = byName[upstreamKey(r.Module == "stream", r.Address)]
				m.routes = append(m.routes, r)
				m.routesTo[r.Upstream] = append(m.routesTo[r.Upstream], r)
			}
			if d.Name == "listen" && s.Context == InServer && len(d.Args) > 0 {
				m.listens = append(m.listens, newListen(s, d))
			}
		}
	})
	return m
}

// upstreamKey compares names as nginx does, without regard to case.
func upstreamKey(stream bool, name string) string {
	if stream {
		return "stream " + strings.ToLower(name)
	}
	return strings.ToLower(name)
}

func newUpstream(s *Scope) *Upstream {
	u := &Upstream{Name: s.Directive.Arg(0), Directive: s.Directive, Scope: s, Stream: s.Context == InStreamUpstream}
	for _, d := range s.Own("server") {
		if len(d.Args) == 0 {
			continue
		}
		server := &Server{Directive: d, Address: d.Arg(0)}
		for _, a := range d.Args[1:] {
			server.Down = server.Down || a.Text == "down"
			server.Backup = server.Backup || a.Text == "backup"
		}
		u.Servers = append(u.Servers, server)
	}
	return u
}

// passDirectives map a pass directive to its module's prefix.
var passDirectives = map[string]string{
	"proxy_pass": "proxy", "fastcgi_pass": "fastcgi", "grpc_pass": "grpc",
	"uwsgi_pass": "uwsgi", "scgi_pass": "scgi", "memcached_pass": "memcached",
}

func newRoute(s *Scope, d *Directive) *Route {
	module := passDirectives[d.Name]
	if module == "" || len(d.Args) != 1 || d.Block != nil {
		return nil
	}
	switch {
	case s.Context == InStreamServer && module == "proxy":
		module = "stream"
	case s.Context&(InLocation|InLocationIf|InLimitExcept) == 0 || s.Enclosing(InLocation) == nil:
		return nil // an "if" that stands in no location is refused anyway
	}
	r := &Route{Scope: s, Pass: d, Module: module}
	target := d.Arg(0)
	if scheme, rest, ok := strings.Cut(target, "://"); ok {
		r.Scheme, target = strings.ToLower(scheme), rest
	}
	if strings.Contains(target, "$") || strings.Contains(r.Scheme, "$") {
		r.Variable = true
		return r
	}
	r.Address, r.URI = splitAddress(target)
	return r
}

// PassSpans returns where routes pass their requests on.
func PassSpans(routes []*Route) []source.Span {
	out := make([]source.Span, len(routes))
	for i, r := range routes {
		out[i] = r.Pass.HeadSpan()
	}
	return out
}

// splitAddress separates "host:port/uri" and "unix:/path:/uri".
func splitAddress(target string) (address, uri string) {
	if rest, ok := strings.CutPrefix(target, "unix:"); ok {
		path, uri, _ := strings.Cut(rest, ":")
		return "unix:" + path, uri
	}
	if i := strings.IndexAny(target, "/?"); i >= 0 {
		return target[:i], target[i:]
	}
	return target, ""
}

func newListen(s *Scope, d *Directive) *Listen {
	l := &Listen{Directive: d, Scope: s, Socket: socket(d.Arg(0))}
	for _, a := range d.Args[1:] {
		l.QUIC = l.QUIC || a.Text == "quic"
	}
	return l
}

// socket writes a listen address in one way: "80" and "*" become "*:80".
func socket(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return address
	}
	if _, ok := ParseNumber(address); ok {
		return "*:" + address
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), "80"
	}
	if host == "" || host == "0.0.0.0" {
		host = "*"
	}
	return strings.ReplaceAll(net.JoinHostPort(host, port), "[*]", "*")
}

// Backlog returns the accept queue length the listen directive asks for; nginx
// asks for 511 on Linux unless told otherwise (NGX_LISTEN_BACKLOG).
func (l *Listen) Backlog() source.Setting[int64] {
	i, value := l.Directive.Param("backlog")
	if i < 0 {
		return source.Known(int64(511), source.Origin{Default: "nginx default"})
	}
	n, ok := ParseNumber(value)
	return source.Setting[int64]{Value: n, Known: ok, Origin: source.Origin{Span: l.Directive.ArgSpan(i)}}
}

// Label names the scope of a route for people: `location /api/`.
func (s *Scope) Label() string {
	if s == nil || s.Directive == nil {
		return "main"
	}
	if args := s.Directive.ArgText(); args != "" {
		return s.Directive.Name + " " + args
	}
	return s.Directive.Name
}
