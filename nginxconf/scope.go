package nginxconf

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

	config *Config
	items  []*Directive
	unread []*IncludeError
	byName map[string][]*Directive // of a large scope, else nil
}

// Items returns the directives directly in the scope in the order nginx reads
// them, with includes expanded; the include directives themselves are listed too.
func (s *Scope) Items() []*Directive { return s.items }

// largeScope is from how many directives on a scope is indexed: http holds
// tens of thousands where every server has a file of its own.
const largeScope = 32

// Own returns the directives of this name directly in the scope.
func (s *Scope) Own(name string) []*Directive {
	if s.byName != nil {
		return s.byName[name]
	}
	var out []*Directive
	for _, d := range s.items {
		if d.Name == name {
			out = append(out, d)
		}
	}
	return out
}

// index prepares a large scope for being asked.
func (s *Scope) index() {
	if len(s.items) < largeScope {
		return
	}
	s.byName = map[string][]*Directive{}
	for _, d := range s.items {
		s.byName[d.Name] = append(s.byName[d.Name], d)
	}
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

// Walk calls f for the scope and every scope within, in order.
func (s *Scope) Walk(f func(*Scope)) {
	f(s)
	for _, child := range s.Children {
		child.Walk(f)
	}
}

// opens returns the context that the block of d gives in a parent context.
func opens(parent Context, d *Directive) Context {
	for _, def := range Lookup(d.Name) {
		if def.Block && def.Contexts&parent != 0 {
			return def.Opens
		}
	}
	for _, def := range Lookup(d.Name) { // misplaced: judge its body as where it belongs
		if def.Block && def.Opens != 0 {
			return def.Opens
		}
	}
	return 0
}
