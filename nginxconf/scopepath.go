package nginxconf

import (
	"fmt"
	"strings"
)

// Path names the scope by the blocks around it: "server shop.test 443 / location
// /api", "upstream backend", "http". It holds no line numbers; blocks that
// would read alike are counted in order.
func (s *Scope) Path() string {
	switch {
	case s.Directive == nil:
		return "main"
	case s.Parent.Directive == nil || s.Parent.Context == InHTTP || s.Parent.Context == InStream:
		return s.numbered()
	}
	return s.Parent.Path() + " / " + s.numbered()
}

// numbered is the name of the block, with its number among those before it that
// read alike.
func (s *Scope) numbered() string {
	if names, ok := s.config.names.Load(s.Parent); ok {
		return names.(map[*Scope]string)[s]
	}
	names, count := map[*Scope]string{}, map[string]int{}
	for _, child := range s.Parent.Children {
		name := child.blockName()
		if count[name]++; count[name] > 1 {
			name = fmt.Sprintf("%s #%d", name, count[name])
		}
		names[child] = name
	}
	s.config.names.Store(s.Parent, names)
	return names[s]
}

// blockName is the head of the block; a server goes by its first name and its
// first address.
func (s *Scope) blockName() string {
	words := []string{s.Directive.Name}
	if s.Context&(InServer|InStreamServer) == 0 {
		words = append(words, s.Directive.ArgText())
	}
	for _, name := range []string{"server_name", "listen"} {
		if own := s.Own(name); s.Context&(InServer|InStreamServer) != 0 && len(own) > 0 {
			words = append(words, own[0].Arg(0))
		}
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Label is the head of the block for people: "location /api/"; "main" for the
// main context.
func (s *Scope) Label() string {
	if s == nil || s.Directive == nil {
		return "main"
	}
	if args := s.Directive.ArgText(); args != "" {
		return s.Directive.Name + " " + args
	}
	return s.Directive.Name
}

// Within reports whether the scope is another one or lies inside it.
func (s *Scope) Within(outer *Scope) bool {
	for ; s != nil; s = s.Parent {
		if s == outer {
			return true
		}
	}
	return false
}
