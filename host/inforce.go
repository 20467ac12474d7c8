package host

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// An InForce is one value of an nginx directive with all the blocks in which the
// same directives, or the same default, decide it.
type InForce struct {
	// Value is the one in the first of the blocks.
	nginxconf.Value
	// Scopes are the blocks, in reading order.
	Scopes []*nginxconf.Scope
	// Shadowed are directives that would be in force in one of the blocks but for
	// this value, each once.
	Shadowed []nginxconf.Placed
}

// outerContexts hold servers, which take over what they say.
const outerContexts = nginxconf.InHTTP | nginxconf.InStream | nginxconf.InMail

// PlacesOf returns the blocks in which a directive does something, in reading
// order. Where it may stand in http and in servers these are the servers and
// what is in them; the block around them only where it has none.
func (h *Host) PlacesOf(name string) []*nginxconf.Scope {
	var contexts nginxconf.Context
	for _, def := range nginxconf.Lookup(name) {
		contexts |= def.ContextsIn(h.Nginx.Release())
	}
	var out []*nginxconf.Scope
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		if s.Context&contexts != 0 && (s.Context&outerContexts == 0 || !hasPlaces(s, contexts)) {
			out = append(out, s)
		}
	})
	return out
}

// hasPlaces reports whether a server within the block may have the directive.
func hasPlaces(outer *nginxconf.Scope, contexts nginxconf.Context) bool {
	return slices.ContainsFunc(outer.Children, func(s *nginxconf.Scope) bool {
		return s.Directive.Name == "server" && (s.Context&contexts != 0 || s.Context == nginxconf.InServer && contexts&nginxconf.InLocation != 0)
	})
}

// InForce returns what is in force for a directive in the blocks, those that
// have it from the same place together, in the order of the first of each.
func (h *Host) InForce(name string, places []*nginxconf.Scope) []*InForce {
	var out []*InForce
	known := map[decision]*InForce{}
	for _, s := range places {
		v := s.Effective(name)
		key := decisionOf(v)
		f := known[key]
		if f == nil {
			f = &InForce{Value: v}
			known[key] = f
			out = append(out, f)
		}
		f.Scopes = append(f.Scopes, s)
		f.shadow(v.Shadowed())
	}
	return out
}

func (f *InForce) shadow(list []nginxconf.Placed) {
	for _, p := range list {
		same := func(other nginxconf.Placed) bool { return other.Directive == p.Directive }
		if !slices.ContainsFunc(f.Shadowed, same) {
			f.Shadowed = append(f.Shadowed, p)
		}
	}
}

// A decision tells what decides a value from whatever else would.
type decision struct {
	first, rest, ended *nginxconf.Directive
	others             string // further directives
	known              bool
	byDefault          string
	doubt              source.Skip
}

func decisionOf(v nginxconf.Value) decision {
	d := decision{rest: v.Rest, ended: v.Ended, known: v.Known, byDefault: v.Default, doubt: v.Doubt}
	for i, one := range v.Directives {
		if i == 0 {
			d.first = one
			continue
		}
		d.others += fmt.Sprintf("%p ", one)
	}
	return d
}
