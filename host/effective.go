package host

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// Effective is what is in force for a directive of nginx on a host, or in some of
// its blocks.
type Effective struct {
	// Places are the blocks that were looked at; Narrowed says that there are more.
	Places   []*nginxconf.Scope
	Narrowed bool
	Values   []*InForce
	// Absent says why the host's nginx does not have the directive; "" where it does.
	Absent string
	// Doubts are regular expressions of locations that nobody can judge here and
	// that may take the requests that were asked about.
	Doubts []*nginxconf.Directive
}

// Effective returns what is in force for a directive in the place named, as
// [nginxconf.Config.Find] reads it, or everywhere for ""; false when there is no
// such place. The host must have an nginx configuration.
func (h *Host) Effective(directive, place string) (Effective, bool) {
	out := Effective{Places: h.PlacesOf(directive), Absent: h.Absent(directive)}
	if place != "" {
		found := h.Nginx.Find(place)
		if len(found) == 0 {
			return out, false
		}
		out.Places, out.Narrowed = covered(out.Places, found), true
		for _, f := range found {
			out.Doubts = append(out.Doubts, f.Doubts...)
		}
	}
	out.Values = h.InForce(directive, out.Places)
	return out, true
}

// covered returns the blocks that belong to what was found; where none does,
// because the directive stands further out, those around it.
func covered(places []*nginxconf.Scope, found []nginxconf.Found) []*nginxconf.Scope {
	var within, around []*nginxconf.Scope
	for _, s := range places {
		if slices.ContainsFunc(found, func(f nginxconf.Found) bool { return f.Covers(s) }) {
			within = append(within, s)
		}
		if slices.ContainsFunc(found, func(f nginxconf.Found) bool { return f.Scope.Within(s) }) {
			around = append(around, s)
		}
	}
	if len(within) == 0 {
		return around
	}
	return within
}

// Absent says why the host's nginx does not have a directive; "" where it does.
func (h *Host) Absent(directive string) string { return absence(h.Nginx.Release(), directive) }

// absence says why no row of a directive is in a version of nginx; "" where one is.
func absence(v nginxconf.Version, directive string) string {
	why := ""
	for _, def := range nginxconf.Lookup(directive) {
		switch ok, since := def.Exists(v); {
		case ok:
			return ""
		case since != "":
			why = fmt.Sprintf("nginx %s does not have %s, which is new in %s", v, directive, since)
		default:
			why = fmt.Sprintf("nginx %s does not have %s; %s was the last release with it", v, directive, def.Last)
		}
	}
	return why
}

// KnowsDirective reports whether nginx or a module known has a directive.
func KnowsDirective(name string) bool { return nginxconf.Lookup(name) != nil }

// DirectiveNames returns the names of nginx's own directives, sorted.
func DirectiveNames() []string {
	var names []string
	for def := range nginxconf.Definitions() {
		if !def.ThirdParty {
			names = append(names, def.Name)
		}
	}
	return slices.Compact(names)
}

// PlaceNames returns the names of nginx's servers and the labels of its
// locations, in reading order.
func (h *Host) PlaceNames() []string {
	var names []string
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		switch s.Context {
		case nginxconf.InServer:
			for _, d := range s.Own("server_name") {
				names = append(names, strings.Fields(d.ArgText())...)
			}
		case nginxconf.InLocation:
			names = append(names, nginxconf.MatchOf(s.Directive).String())
		}
	})
	return names
}
