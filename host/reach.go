package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Reach says which requests a directive of a pass module reaches, or would
// reach if it stood in a block: only those that are passed to upstream blocks
// with a pool, or others too. A block in a file that is included several times
// is judged in all its places.
type Reach struct {
	host   *Host
	name   string
	pooled func(*nginxconf.Route) bool

	// blocks with a route to a place without a pool that takes the value from the
	// block or from outside it
	mixed map[*nginxconf.Directive]bool
	// directives in force on such a route, and the values of Connection headers
	mixedDirectives map[*nginxconf.Directive]bool
	mixedConnection map[string]bool
	// locations that take the value from their server or from outside it, by server
	served map[*nginxconf.Directive]map[*nginxconf.Directive]bool
	same   map[*nginxconf.Directive]bool
}

// ReachOf looks at every route of a directive's module.
func (h *Host) ReachOf(name string) *Reach { return h.ReachWith(name, h.Pooled) }

// ReachWith is [Host.ReachOf] where pooled says which routes lead to a pool, or
// are to lead to one.
func (h *Host) ReachWith(name string, pooled func(*nginxconf.Route) bool) *Reach {
	r := &Reach{
		host: h, name: name, pooled: pooled,
		mixed:           map[*nginxconf.Directive]bool{},
		mixedDirectives: map[*nginxconf.Directive]bool{},
		mixedConnection: map[string]bool{},
		served:          map[*nginxconf.Directive]map[*nginxconf.Directive]bool{},
		same:            map[*nginxconf.Directive]bool{},
	}
	for _, route := range h.Nginx.Routes() {
		if strings.HasPrefix(name, route.Module+"_") {
			r.add(route)
		}
	}
	return r
}

func (r *Reach) add(route *nginxconf.Route) {
	v, pooled := route.Scope.Effective(r.name), r.pooled(route)
	for s := route.Scope; s != nil; s = s.Parent {
		if s.Context == nginxconf.InServer {
			r.serve(s, route.Scope.Enclosing(nginxconf.InLocation))
		}
		if !pooled {
			r.mixed[s.Directive] = true
		}
		if s == v.Level {
			break
		}
	}
	if pooled {
		return
	}
	for _, d := range v.Directives {
		r.mixedDirectives[d] = true
	}
	if d := ConnectionHeader(v); d != nil {
		r.mixedConnection[d.Arg(1)] = true
	}
}

func (r *Reach) serve(server, location *nginxconf.Scope) {
	if r.served[server.Directive] == nil {
		r.served[server.Directive] = map[*nginxconf.Directive]bool{}
	}
	r.served[server.Directive][location.Directive] = true
}

// OnlyPooled reports whether the directive, written in the block of a scope,
// would reach no requests but those passed to upstream blocks with a pool.
func (r *Reach) OnlyPooled(at *nginxconf.Scope) bool { return !r.mixed[at.Directive] }

// DecidesOnlyPooled reports whether the directive given is in force for no
// other requests.
func (r *Reach) DecidesOnlyPooled(d *nginxconf.Directive) bool { return !r.mixedDirectives[d] }

// ConnectionOnlyPooled reports whether a value of the Connection header is sent
// with no other requests.
func (r *Reach) ConnectionOnlyPooled(value string) bool { return !r.mixedConnection[value] }

// Level is where the directive, which a location lacks, is written once for
// all: the server, where two or more locations take it from there, none stands
// there yet and nothing without a pool is reached; else the location.
func (r *Reach) Level(location *nginxconf.Scope) *nginxconf.Scope {
	server := location.Enclosing(nginxconf.InServer)
	if server == nil || len(server.Own(r.name)) > 0 || !r.OnlyPooled(server) || len(r.served[server.Directive]) < 2 {
		return location
	}
	if inner := location.Effective(r.name).Level; inner != nil && inner.Within(server) {
		return location
	}
	return server
}

// SameInAllPlaces reports whether the same directives of the name are in force
// in all places of a block whose file is included several times.
func (r *Reach) SameInAllPlaces(at *nginxconf.Scope) bool {
	if at.Directive == nil || r.host.Nginx.Uses(at.Directive.Doc.File) < 2 {
		return true
	}
	same, known := r.same[at.Directive]
	if known {
		return same
	}
	same = true
	want := at.Effective(r.name).Directives
	r.host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		if s.Directive == at.Directive {
			same = same && slices.EqualFunc(s.Effective(r.name).Directives, want, sameWords)
		}
	})
	r.same[at.Directive] = same
	return same
}

func sameWords(a, b *nginxconf.Directive) bool { return slices.Equal(a.Words(), b.Words()) }
