package nginxconf

import (
	"net"
	"slices"
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
	// Variable reports that the target holds a variable, or depends on a template,
	// and is known only at run time.
	Variable bool
}

// Target names what the route passes to: the upstream block, else the address,
// else what stands there where it is computed.
func (r *Route) Target() string {
	switch {
	case r.Upstream != nil:
		return r.Upstream.Name
	case r.Address != "":
		return r.Address
	}
	return r.Pass.Arg(0)
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
	unseen := map[bool]bool{} // blocks that only a template knows, by whether in stream
	c.walkServing(func(s *Scope) {
		if s.Context&(InHTTP|InStream) != 0 && s.unseen() {
			unseen[s.Context == InStream] = true
		}
		if s.Context&(InUpstream|InStreamUpstream) != 0 && s.Directive != nil && len(s.Directive.Args) == 1 {
			u := newUpstream(s)
			unseen[u.Stream] = unseen[u.Stream] || !u.Directive.Certain()
			if byName[upstreamKey(u.Stream, u.Name)] = u; !u.uncertain() {
				m.upstreams = append(m.upstreams, u)
			}
		}
	})
	c.walkServing(func(s *Scope) {
		for _, d := range s.items {
			if r := newRoute(s, d); r != nil {
				stream := r.Module == "stream"
				r.lead(byName[upstreamKey(stream, r.Address)], unseen[stream])
				m.routes = append(m.routes, r)
				m.routesTo[r.Upstream] = append(m.routesTo[r.Upstream], r)
			}
			if d.Name == "listen" && s.Context == InServer && len(d.Args) > 0 && d.Certain() {
				m.listens = append(m.listens, newListen(s, d))
			}
		}
	})
	return m
}

// walkServing visits the scopes of http, stream and mail: nginx serves nothing from
// a server in a block whose name is a slip, or in none.
func (c *Config) walkServing(visit func(*Scope)) {
	for _, s := range c.Root.Children {
		if s.Context&(InHTTP|InStream|InMail) != 0 {
			s.Walk(visit)
		}
	}
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

// uncertain reports whether a template decides which servers the block has, or
// whether it is there.
func (u *Upstream) uncertain() bool {
	return !u.Directive.Certain() ||
		slices.ContainsFunc(u.Servers, func(s *Server) bool { return !s.Directive.Certain() }) ||
		u.Scope.unseen()
}

// unseen reports whether a template may put more into the scope.
func (s *Scope) unseen() bool {
	return slices.ContainsFunc(s.unread, func(e *IncludeError) bool { return e.Unseen && e.mayHold("upstream") })
}

// lead makes a route lead to an upstream block; nil for none. Where a template
// decides about the block, or may have one of that name, the target is known at
// run time only.
func (r *Route) lead(u *Upstream, unseen bool) {
	if u != nil && u.uncertain() || u == nil && unseen && mayNameUpstream(r.Address) {
		r.Address, r.URI, r.Variable = "", "", true
		return
	}
	r.Upstream = u
}

// mayNameUpstream reports whether an address may be the name of an upstream block.
func mayNameUpstream(address string) bool {
	return !strings.Contains(address, ":") && net.ParseIP(address) == nil && !strings.EqualFold(address, "localhost")
}

// passDirectives map a pass directive to its module's prefix.
var passDirectives = map[string]string{
	"proxy_pass": "proxy", "fastcgi_pass": "fastcgi", "grpc_pass": "grpc",
	"uwsgi_pass": "uwsgi", "scgi_pass": "scgi", "memcached_pass": "memcached",
}

func newRoute(s *Scope, d *Directive) *Route {
	if !strings.HasSuffix(d.Name, "_pass") {
		return nil
	}
	module := passDirectives[d.Name]
	if module == "" || len(d.Args) != 1 || d.Block != nil || d.Conditional() {
		return nil
	}
	switch {
	case s.Context == InStreamServer && module == "proxy":
		module = "stream"
	case s.Context&(InLocation|InLocationIf|InLimitExcept) == 0 || s.Enclosing(InLocation) == nil:
		return nil // an "if" that stands in no location is refused anyway
	}
	r := &Route{Scope: s, Pass: d, Module: module, Variable: d.Tagged()}
	if r.Variable {
		return r
	}
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
