package nginxconf

import (
	"slices"
	"strings"
)

// Expand returns the texts that a text with variables may stand for in a location
// or server, as far as set, map, geo and split_clients say; nginx's other
// variables remain in them. Of the set directives those of the location count,
// and where none is sure to be reached those of the whole server, which other
// locations may have run. known is false where something else may set one of the
// variables: code, a regular expression, a file that was not seen or a template.
func (c *Config) Expand(s *Scope, text string) (texts []string, known bool) {
	e := expansion{config: c, scope: s}
	return e.expand(text, 0), !e.doubt
}

// The bounds of an expansion. What goes beyond them is not known.
const (
	maxExpansions    = 64
	maxExpansionDeep = 8
)

type expansion struct {
	config *Config
	scope  *Scope
	doubt  bool
	seen   int
}

func (e *expansion) expand(text string, depth int) []string {
	if e.seen++; e.seen > maxExpansions || depth > maxExpansionDeep {
		e.doubt = true
		return []string{text}
	}
	for at := 0; at < len(text); at++ {
		if text[at] != '$' {
			continue
		}
		name, after := cutVariable(text[at+1:])
		values, defined := e.values(name)
		if !defined {
			continue
		}
		var out []string
		for _, value := range values {
			for _, first := range e.expand(value, depth+1) {
				for _, rest := range e.expand(after, depth+1) {
					out = append(out, text[:at]+first+rest)
				}
			}
		}
		if len(out) > maxExpansions {
			e.doubt = true
			return out[:maxExpansions]
		}
		return out
	}
	return []string{text}
}

// cutVariable splits what follows a "$" into the name, in lower case, and the
// rest; "" where there is no variable that configurations define.
func cutVariable(text string) (name, rest string) {
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		name, rest, _ = strings.Cut(inner, "}")
		return strings.ToLower(name), rest
	}
	end := 0
	for end < len(text) && isWordByte(text[end]) {
		end++
	}
	return strings.ToLower(text[:end]), text[end:]
}

// values returns what a variable may hold; defined is false for nginx's own and
// those that something else sets.
func (e *expansion) values(name string) (values []string, defined bool) {
	if name == "" {
		return nil, false
	}
	values = append(e.sets(name), e.tables(name)...)
	if len(values) > 0 && e.otherwise(name) {
		e.doubt = true
	}
	return values, len(values) > 0
}

// sets returns the values of set directives.
func (e *expansion) sets(name string) []string {
	location, server := e.scope.Enclosing(InLocation), e.scope.Enclosing(InServer)
	if location != nil {
		if last := lastSet(location, name); last != nil {
			out := []string{e.valueOf(last)}
			for _, child := range location.Children {
				if child.Context == InLocationIf {
					out = append(out, e.setsWithin(child, name)...)
				}
			}
			return out
		}
	}
	if server == nil {
		return nil
	}
	return e.setsWithin(server, name)
}

func lastSet(s *Scope, name string) *Directive {
	for _, d := range slices.Backward(s.Own("set")) {
		if isVariable(d.Arg(0), name) {
			return d
		}
	}
	return nil
}

func isVariable(text, name string) bool { return strings.EqualFold(text, "$"+name) }

func (e *expansion) setsWithin(s *Scope, name string) []string {
	var out []string
	s.Walk(func(inner *Scope) {
		for _, d := range inner.Own("set") {
			if isVariable(d.Arg(0), name) {
				out = append(out, e.valueOf(d))
			}
		}
	})
	return out
}

func (e *expansion) valueOf(set *Directive) string {
	e.doubt = e.doubt || !set.Certain()
	return set.Arg(1)
}

// tables returns the values of the last map, geo or split_clients of a variable.
func (e *expansion) tables(name string) []string {
	outer := e.scope.Enclosing(InHTTP)
	if outer == nil {
		outer = e.scope.Enclosing(InStream)
	}
	if outer == nil {
		return nil
	}
	var last *Directive
	for _, what := range []string{"map", "geo", "split_clients"} {
		for _, d := range outer.Own(what) {
			if d.Block != nil && len(d.Args) > 0 && isVariable(d.Arg(len(d.Args)-1), name) {
				last = d
			}
		}
	}
	if last == nil {
		return nil
	}
	e.doubt = e.doubt || !last.Certain()
	var out []string
	for _, entry := range last.Block.Directives {
		switch {
		case entry.Name == "include":
			e.doubt = true
		case len(entry.Args) == 1 && entry.Name != "proxy" && entry.Name != "delete":
			e.doubt = e.doubt || !entry.Certain()
			out = append(out, entry.Arg(0))
		}
	}
	return out
}

// otherwise reports whether anything else may set a variable.
func (e *expansion) otherwise(name string) bool {
	if e.config.Hidden() != nil {
		return true
	}
	found := false
	look := func(s *Scope) {
		for _, d := range s.items {
			found = found || d.Name != "server" && d.Name != "upstream" && d.setsOtherwise(name)
		}
	}
	if server := e.scope.Enclosing(InServer); server != nil {
		server.Walk(look)
	}
	for s := e.scope; s != nil && !found; s = s.Parent {
		look(s)
	}
	return found
}

// setsOtherwise reports whether a directive other than set may set a variable:
// code, what another module learned, a named part of a regular expression.
func (d *Directive) setsOtherwise(name string) bool {
	switch {
	case strings.Contains(d.Name, "_by_lua"), strings.HasPrefix(d.Name, "js_"), strings.HasPrefix(d.Name, "perl"):
		return true
	case d.Name != "set" && strings.HasSuffix(d.Name, "_set") && isVariable(d.Arg(0), name):
		return true
	}
	return slices.ContainsFunc(d.Args, func(a Arg) bool {
		return strings.Contains(a.Text, "(?") && strings.Contains(strings.ToLower(a.Text), "<"+name+">")
	})
}
