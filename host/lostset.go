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
	// Inner are blocks within that would lose the same once the block had it.
	Inner []InnerLoss
	// Repairable is false when the block, or one of the inner ones, stands in a file
	// that is included in places where different entries are lost.
	Repairable bool
}

// An InnerLoss is a block within that has a set of its own.
type InnerLoss struct {
	Scope *nginxconf.Scope
	Lost  []*nginxconf.Directive
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
// It may be asked concurrently; what it returns must not be changed.
func (h *Host) LostSets() (lost []*LostSet, unread []*nginxconf.Scope) {
	h.sought.Do(func() { h.lost, h.unread = h.searchLostSets() })
	return h.lost, h.unread
}

func (h *Host) searchLostSets() (lost []*LostSet, unread []*nginxconf.Scope) {
	http := h.Nginx.HTTP()
	if http == nil {
		return nil, nil
	}
	for _, set := range replacedSets {
		s := lostSearch{host: h, name: set.name, everyone: set.module == "", seen: map[*nginxconf.Directive]*LostSet{}}
		s.readers, s.pooled = h.readersOf(set.name, set.module)
		for _, child := range http.Children {
			child.Walk(s.look)
		}
		lost, unread = append(lost, s.found...), append(unread, s.unread...)
	}
	return slices.DeleteFunc(lost, func(l *LostSet) bool { return len(l.Lost) == 0 }), unread
}

// lostSearch looks for the blocks of one directive.
type lostSearch struct {
	host    *Host
	name    string
	readers map[*nginxconf.Scope]bool // levels that requests of the module read
	pooled  map[*nginxconf.Scope]bool // those that requests to a pool read
	// everyone: every request reads the directive
	everyone bool
	found    []*LostSet
	seen     map[*nginxconf.Directive]*LostSet
	unread   []*nginxconf.Scope
}

// replaces reports whether a block has entries of its own that take the place
// of others for some request.
func (s *lostSearch) replaces(at *nginxconf.Scope) bool {
	return len(at.Own(s.name)) > 0 && (s.everyone || s.readers[at]) && !mergesHeaders(at, s.name)
}

func (s *lostSearch) look(at *nginxconf.Scope) {
	if !s.replaces(at) {
		return
	}
	v, outer := at.Effective(s.name), at.Parent.Effective(s.name)
	if !v.Known || !outer.Known {
		s.unread = append(s.unread, at)
		return
	}
	l := &LostSet{Name: s.name, Scope: at, Own: v.Directives, Outer: outer.Level, Lost: s.missing(at, outer.Directives)}
	l.Inner = s.inner(at, l.Lost)
	l.Repairable = s.repairable(l)
	if before := s.seen[at.Directive]; before != nil {
		before.join(l)
		return
	}
	s.seen[at.Directive] = l
	s.found = append(s.found, l)
}

// join notes what the same block loses in another place.
func (l *LostSet) join(other *LostSet) {
	l.Repairable = l.Repairable && other.Repairable && slices.EqualFunc(l.Lost, other.Lost, sameWords)
	if len(l.Lost) == 0 {
		l.Lost, l.Outer = other.Lost, other.Outer
	}
}

// inner returns the blocks within a scope that would newly lose entries added
// to it.
func (s *lostSearch) inner(at *nginxconf.Scope, added []*nginxconf.Directive) []InnerLoss {
	if len(added) == 0 {
		return nil
	}
	var out []InnerLoss
	for _, child := range at.Children {
		lost := added
		if len(child.Own(s.name)) > 0 {
			if !s.replaces(child) {
				continue
			}
			if lost = s.missing(child, added); len(lost) > 0 {
				out = append(out, InnerLoss{child, lost})
			}
		}
		out = append(out, s.inner(child, lost)...)
	}
	return out
}

// repairable reports whether every inner block can be read, lies within the
// block alone, and loses the same in all places.
func (s *lostSearch) repairable(l *LostSet) bool {
	lost := map[*nginxconf.Directive][]*nginxconf.Directive{}
	for _, inner := range l.Inner {
		d := inner.Scope.Directive
		before, again := lost[d]
		if again && !slices.EqualFunc(before, inner.Lost, sameWords) || !inner.Scope.Effective(s.name).Known || !s.only(d, l.Scope) {
			return false
		}
		lost[d] = inner.Lost
	}
	return true
}

// only reports whether a block stands nowhere but in another one.
func (s *lostSearch) only(block *nginxconf.Directive, outer *nginxconf.Scope) bool {
	if block.Doc == outer.Directive.Doc || s.host.Nginx.Uses(block.Doc.File) < 2 {
		return true
	}
	all := true
	s.host.Nginx.Root.Walk(func(at *nginxconf.Scope) {
		if at.Directive != block {
			return
		}
		for at = at.Parent; at != nil && at.Directive != outer.Directive; at = at.Parent {
		}
		all = all && at != nil
	})
	return all
}

// readersOf returns the levels whose entries some route of a module reads, and
// among them those that a route to a pool reads.
func (h *Host) readersOf(name, module string) (readers, pooled map[*nginxconf.Scope]bool) {
	readers, pooled = map[*nginxconf.Scope]bool{}, map[*nginxconf.Scope]bool{}
	for _, r := range h.Nginx.Routes() {
		if r.Module != module {
			continue
		}
		level := r.Scope.Effective(name).Level
		readers[level] = true
		pooled[level] = pooled[level] || h.Pooled(r)
	}
	return readers, pooled
}

// mergesHeaders reports whether add_header_inherit or add_trailer_inherit, since
// 1.29.3, keeps or refuses what is inherited.
func mergesHeaders(s *nginxconf.Scope, name string) bool {
	if name != "add_header" && name != "add_trailer" {
		return false
	}
	inherit := s.Effective(name + "_inherit")
	return inherit.Directive() != nil && !strings.EqualFold(inherit.First(), "on")
}

// missing returns the outer entries that a block has none of its own for, and
// that do something there.
func (s *lostSearch) missing(at *nginxconf.Scope, outer []*nginxconf.Directive) []*nginxconf.Directive {
	own := at.Own(s.name)
	var out []*nginxconf.Directive
	for _, d := range outer {
		set := slices.ContainsFunc(own, func(o *nginxconf.Directive) bool { return sameEntry(o, d) })
		if !set && !s.changesNothing(d, at) {
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

// changesNothing reports whether an entry says what nginx does without it, clears
// the Connection header where no connection is kept, or closes one that is.
func (s *lostSearch) changesNothing(d *nginxconf.Directive, at *nginxconf.Scope) bool {
	switch {
	case d.Name == "add_header" || d.Name == "add_trailer":
		return d.Arg(1) == ""
	case d.Name != "proxy_set_header":
		return false
	case strings.EqualFold(d.Arg(0), "Connection"):
		cleared := nginxconf.PoolByDefault(s.host.Nginx.Version)
		closes := strings.EqualFold(d.Arg(1), "close") && (!cleared || s.pooled[at])
		return closes || d.Arg(1) == "" && (cleared || !s.pooled[at])
	}
	return strings.EqualFold(d.Arg(0), "Host") && d.Arg(1) == "$proxy_host"
}
