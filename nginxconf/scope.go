package nginxconf

import "slices"

// A Scope is one context of the running configuration: main, http, one server,
// one location. A block in a file that is included twice is two scopes.
type Scope struct {
	// Context is what kind of block this is; zero when its body is not made of
	// nginx's own directives.
	Context Context
	// Directive opens the block; nil for main.
	Directive *Directive
	// Parent is the enclosing scope; nil for main.
	Parent *Scope
	// Children are the blocks within, in order.
	Children []*Scope

	config   *Config
	items    []*Directive
	within   *Reading   // in which the block stands
	readings []*Reading // of the files whose entries the scope got, in order
	unread   []*IncludeError
	byName   map[string][]*Directive // of a large scope, else nil
	ids      []nameID                // of items, of a small scope; nil before it is indexed
	names    uint64                  // the nameBit of every item
}

// Items returns the directives directly in the scope in the order nginx reads
// them, with includes expanded; the include directives themselves are listed too.
func (s *Scope) Items() []*Directive { return s.items }

// largeScope is from how many directives on a scope is indexed: http holds
// tens of thousands where every server has a file of its own.
const largeScope = 32

// Own returns the directives of this name directly in the scope.
func (s *Scope) Own(name string) []*Directive {
	switch {
	case s.byName != nil:
		return s.byName[name]
	case s.ids != nil && s.names&nameBit(name) == 0:
		return nil
	}
	id := index()[name].id
	first := s.next(0, id, name)
	if first == len(s.items) {
		return nil
	}
	end := first + 1
	for s.next(end, id, name) == end && end < len(s.items) {
		end++
	}
	out := s.items[first:end:end] // mostly they stand together
	for i := s.next(end, id, name); i < len(s.items); i = s.next(i+1, id, name) {
		out = append(out, s.items[i])
	}
	return out
}

// next returns the index of the first directive of a name from an index on; the
// number of items when there is none.
func (s *Scope) next(from int, id nameID, name string) int {
	if s.ids == nil || id == 0 {
		for i := from; i < len(s.items); i++ {
			if s.items[i].Name == name {
				return i
			}
		}
		return len(s.items)
	}
	if i := slices.Index(s.ids[from:], id); i >= 0 {
		return from + i
	}
	return len(s.items)
}

// nameBit returns one of 64 bits for a name: a scope without that bit has no
// directive of the name.
func nameBit(name string) uint64 {
	n := len(name)
	if n == 0 {
		return 1
	}
	return 1 << ((uint(n) + 3*uint(name[0]) + 5*uint(name[n/2]) + 7*uint(name[n-1])) & 63)
}

// index prepares a scope for being asked. room has the memory for ids.
func (s *Scope) index(room []nameID) (rest []nameID) {
	if n := len(s.items); n < largeScope {
		if len(room) < n {
			room = make([]nameID, 4096)
		}
		s.ids, rest = room[:n:n], room[n:]
		for i, d := range s.items {
			s.ids[i] = d.id
			s.names |= nameBit(d.Name)
		}
		return rest
	}
	s.byName = map[string][]*Directive{}
	for _, d := range s.items {
		s.byName[d.Name] = append(s.byName[d.Name], d)
	}
	return room
}

// Last returns the last directive of this name directly in the scope, or nil.
func (s *Scope) Last(name string) *Directive {
	if own := s.Own(name); len(own) > 0 {
		return own[len(own)-1]
	}
	return nil
}

// Enclosing returns the nearest scope of a context, counted from s outwards; nil
// when there is none.
func (s *Scope) Enclosing(context Context) *Scope {
	for ; s != nil; s = s.Parent {
		if s.Context&context != 0 {
			return s
		}
	}
	return nil
}

// MayHold reports whether a part of the scope that could not be read may hold a
// directive of this name; "" asks about any other than the packaged ones.
func (s *Scope) MayHold(name string) bool {
	return slices.ContainsFunc(s.unread, func(e *IncludeError) bool { return e.mayHold(name) })
}

// Walk calls f for the scope and every scope within, in order.
func (s *Scope) Walk(f func(*Scope)) {
	f(s)
	for _, child := range s.Children {
		child.Walk(f)
	}
}

// Opens returns the context of a block of this name in a parent context; 0 when
// its body does not hold directives.
func Opens(parent Context, name string) Context {
	for _, def := range Lookup(name) {
		if def.Block && def.Contexts&parent != 0 {
			return def.Opens
		}
	}
	for _, def := range Lookup(name) { // misplaced: judge its body as where it belongs
		if def.Block && def.Opens != 0 {
			return def.Opens
		}
	}
	return 0
}
