package host

import (
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
)

// InForceOnlyOn reports whether a directive decides for no other routes than
// those given.
func (h *Host) InForceOnlyOn(d *nginxconf.Directive, routes []*nginxconf.Route) bool {
	for _, r := range h.Nginx.Routes() {
		if r.Scope.Effective(d.Name).Directive() == d && !slices.Contains(routes, r) {
			return false
		}
	}
	return true
}

// SameInAllPlaces reports whether the same directives of a name are in force in
// all places of a block whose file is included several times.
func (h *Host) SameInAllPlaces(at *nginxconf.Scope, name string) bool {
	if at.Directive == nil || h.Nginx.Uses(at.Directive.Doc.File) < 2 {
		return true
	}
	same, want := true, at.Effective(name).Directives
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		if s.Directive == at.Directive {
			same = same && slices.EqualFunc(s.Effective(name).Directives, want, sameWords)
		}
	})
	return same
}

func sameWords(a, b *nginxconf.Directive) bool { return slices.Equal(a.Words(), b.Words()) }
