package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A LostSet is a block whose own entries of a directive drop entries that it
// would inherit.
type LostSet struct {
	// Name is the directive: proxy_set_header, add_header …
	Name string
	// Scope is the block; Own are its entries, Lost those of the outer level that
	// it does not set itself.
	Scope     *nginxconf.Scope
	Own, Lost []*nginxconf.Directive
	// Outer is the level that holds what is lost.
	Outer *nginxconf.Scope
	// SameEverywhere is false when the block stands in a file that is included in
	// places where different entries are lost.
	SameEverywhere bool
}

// replacedSets are the directives whose inner entries drop the whole outer set
// (merge functions of the modules), with the module whose requests read them;
// "" is every request.
var replacedSets = []struct{ name, module string }{
	{"add_header", ""}, {"add_trailer", ""}, {"fastcgi_param", "fastcgi"}, {"grpc_set_header", "grpc"},
	{"proxy_set_header", "proxy"}, {"scgi_param", "scgi"}, {"uwsgi_param", "uwsgi"},
}

// LostSets returns every block that drops inherited entries for requests it
// serves, each once. unread are blocks where a file that could not be read may
// hold further entries.
func (h *Host) LostSets() (lost []*LostSet, unread []*nginxconf.Scope) {
	http := h.Nginx.HTTP()
	if http == nil {
		return nil, nil
	}
	seen := map[lostKey]*LostSet{}
	for _, set := range replacedSets {
		used := h.readersOf(set.name, set.module)
		http.Walk(func(s *nginxconf.Scope) {
			v := s.Effective(set.name)
			if s == http || v.Level != s || set.module != "" && !used[s] || set.module == "" && h.mergesHeaders(s, set.name) {
				return
			}
			outer := s.Parent.Effective(set.name)
			if !v.Known || !outer.Known {
				unread = append(unread, s)
				return
			}
			l := &LostSet{Name: set.name, Scope: s, Own: v.Directives, Outer: outer.Level,
				Lost: h.missing(v.Directives, outer.Directives), SameEverywhere: true}
			if known := seen[lostKey{set.name, s.Directive}]; known != nil {
				known.join(l)
				return
			}
			seen[lostKey{set.name, s.Directive}] = l
			lost = append(lost, l)
		})
	}
	return slices.DeleteFunc(lost, func(l *LostSet) bool { return len(l.Lost) == 0 }), unread
}

// lostKey is one block, in however many places its file is included.
type lostKey struct {
	name  string
	block *nginxconf.Directive
}

// join notes what the same block loses in another place.
func (l *LostSet) join(other *LostSet) {
	l.SameEverywhere = l.SameEverywhere && slices.EqualFunc(l.Lost, other.Lost, sameWords)
	if len(l.Lost) == 0 {
		l.Lost, l.Outer = other.Lost, other.Outer
	}
}

// readersOf returns the levels whose entries some route of a module reads.
func (h *Host) readersOf(name, module string) map[*nginxconf.Scope]bool {
	out := map[*nginxconf.Scope]bool{}
	for _, r := range h.Nginx.Routes() {
		if r.Module == module {
			out[r.Scope.Effective(name).Level] = true
		}
	}
	return out
}

// mergesHeaders reports whether add_header_inherit or add_trailer_inherit, since
// 1.29.3, keeps or refuses what is inherited.
func (h *Host) mergesHeaders(s *nginxconf.Scope, name string) bool {
	return !strings.EqualFold(s.Effective(name+"_inherit").First(), "on") && s.Effective(name+"_inherit").Directive() != nil
}

// missing returns the outer entries that an inner set has no entry for and that
// do something.
func (h *Host) missing(own, outer []*nginxconf.Directive) []*nginxconf.Directive {
	var out []*nginxconf.Directive
	for _, d := range outer {
		set := slices.ContainsFunc(own, func(o *nginxconf.Directive) bool { return sameEntry(o, d) })
		if !set && !h.changesNothing(d) {
			out = append(out, d)
		}
	}
	return out
}

// sameEntry compares the names that two entries set: headers without regard to
// case, parameters with.
func sameEntry(a, b *nginxconf.Directive) bool {
	if strings.HasSuffix(a.Name, "_param") {
		return a.Arg(0) == b.Arg(0)
	}
	return strings.EqualFold(a.Arg(0), b.Arg(0))
}

// changesNothing reports whether an entry says what nginx does without it.
func (h *Host) changesNothing(d *nginxconf.Directive) bool {
	switch {
	case d.Name == "add_header" || d.Name == "add_trailer":
		return d.Arg(1) == ""
	case d.Name != "proxy_set_header":
		return false
	case strings.EqualFold(d.Arg(0), "Connection"):
		return strings.EqualFold(d.Arg(1), "close") && !nginxconf.PoolByDefault(h.Nginx.Version)
	}
	return strings.EqualFold(d.Arg(0), "Host") && d.Arg(1) == "$proxy_host"
}
