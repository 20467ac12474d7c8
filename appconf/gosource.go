package appconf

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"strconv"

	"github.com/tunelint/tunelint/source"
)

// readsGo reports whether a family serves with net/http.
func readsGo(family string) bool { return family == "go" || family == "gin" }

func isGo(r *reading, name string) bool {
	return readsGo(r.family()) && hasSuffix(name, ".go") && !hasSuffix(name, "_test.go")
}

// A goSource is one Go file.
type goSource struct {
	file   *source.File
	set    *gotoken.FileSet
	syntax *ast.File
	// http and time are the names the packages are imported by; "" when they are not.
	http, time, context string
}

// collectGo parses a file; constants may stand in another one, so nothing is
// decided before all are there.
func collectGo(r *reading, f *source.File) {
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	set := gotoken.NewFileSet()
	syntax, err := parser.ParseFile(set, "", f.Text, parser.SkipObjectResolution)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid Go")
		return
	}
	g := &goSource{file: f, set: set, syntax: syntax}
	g.http, g.time, g.context = g.imported("net/http", "http"), g.imported("time", "time"), g.imported("context", "context")
	r.goSources = append(r.goSources, g)
}

func (g *goSource) imported(path, name string) string {
	for _, spec := range g.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return name
	}
	return ""
}

// span returns the place of a node.
func (g *goSource) span(n ast.Node) source.Span {
	size := len(g.file.Text)
	start := min(max(g.set.PositionFor(n.Pos(), false).Offset, 0), size)
	end := min(max(g.set.PositionFor(n.End(), false).Offset, start), size)
	return source.Span{File: g.file, Start: start, End: end}
}

// isQualified reports whether an expression is NAME of the package imported by the given name.
func isQualified(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || pkg == "" || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// A goScope knows every name that the files define. A name has a value only where
// it is defined once and never changed: which definition another use means is
// not worked out.
type goScope struct {
	values  map[string]goValue
	defined map[string]int
	// steps is how many more expressions may be evaluated.
	steps int
}

// A goValue is the expression that a name stands for.
type goValue struct {
	in   *goSource
	expr ast.Expr // nil when there is none
}

func newGoScope(files []*goSource) *goScope {
	s := &goScope{values: map[string]goValue{}, defined: map[string]int{}}
	for _, g := range files {
		ast.Inspect(g.syntax, func(n ast.Node) bool {
			s.note(g, n)
			return true
		})
	}
	return s
}

func (s *goScope) note(g *goSource, n ast.Node) {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			s.define(g, name, valueOf(n.Values, i, len(n.Names)))
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if name, ok := left.(*ast.Ident); ok {
				s.define(g, name, valueOf(n.Rhs, i, len(n.Lhs)))
			}
		}
	case *ast.Field:
		for _, name := range n.Names {
			s.define(g, name, nil)
		}
	case *ast.RangeStmt:
		s.change(g, n.Key)
		s.change(g, n.Value)
	case *ast.IncDecStmt:
		s.change(g, n.X)
	case *ast.UnaryExpr:
		if n.Op == gotoken.AND {
			s.change(g, n.X)
		}
	}
}

// valueOf returns the expression that belongs to the i-th of several names.
func valueOf(values []ast.Expr, i, names int) ast.Expr {
	if len(values) == names {
		return values[i]
	}
	if len(values) == 1 && i == 0 {
		return values[0]
	}
	return nil
}

func (s *goScope) define(g *goSource, name *ast.Ident, value ast.Expr) {
	s.defined[name.Name]++
	s.values[name.Name] = goValue{g, value}
}

func (s *goScope) change(g *goSource, e ast.Expr) {
	if name, ok := e.(*ast.Ident); ok {
		s.define(g, name, nil)
	}
}

// value returns what a name stands for, false when that is not certain.
func (s *goScope) value(name string) (goValue, bool) {
	v := s.values[name]
	return v, s.defined[name] == 1 && v.expr != nil
}
