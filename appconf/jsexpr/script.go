package jsexpr

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Script is one parsed JavaScript file. Parse makes one; what is noted of its parts
// is empty before Collect.
type Script struct {
	File *source.File
	// Env returns a variable of the environment, false for one that nothing sets.
	Env  func(name string) (syntax.Variable, bool)
	buf  []byte  // what the syntax tree points into
	Tree *js.AST // points into the text

	Initial map[*js.Var]js.IExpr // what a variable is declared as; nil for nothing
	Writes  map[*js.Var]int      // assignments after the declaration
	Written map[*js.Var]js.IExpr // the last value assigned
	Bodies  map[*js.Var]js.INode // functions by name
	Branch  map[*js.Var]*Branch  // where a variable is declared
	Places  []Place              // in the order of the file
	// Lookup resolves names where there is no whole tree; nil otherwise.
	Lookup func(name string, depth int) Value
}

// A Branch is a part of a program that need not run: the body of an if, a loop,
// a catch. The zero pointer is the part that always runs.
type Branch struct{ outer *Branch }

// A Place is an assignment or call, with the branch it stands in.
type Place struct {
	Node js.IExpr
	In   *Branch
}

// Parse parses a file that runs in an environment. The parser is behind recover:
// it is not ours, and what it reads is anybody's. A file that cannot be parsed is an
// error without a place.
func Parse(f *source.File, env func(name string) (syntax.Variable, bool)) (s *Script, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("parse %s: %v", f.Path, p)
		}
	}()
	input := parse.NewInputString(f.Text)
	buf := input.Bytes()
	tree, err := js.Parse(input, js.Options{})
	if err != nil {
		return nil, err
	}
	return &Script{
		File: f, Env: env, buf: buf, Tree: tree,
		Initial: map[*js.Var]js.IExpr{}, Writes: map[*js.Var]int{}, Written: map[*js.Var]js.IExpr{},
		Bodies: map[*js.Var]js.INode{}, Branch: map[*js.Var]*Branch{},
	}, nil
}

// Offset returns where a piece of the tree lies in the file. The tree keeps
// slices of its input and no offsets, so their addresses are compared. It is false
// for what the parser made itself.
func (s *Script) Offset(data []byte) (int, bool) {
	if len(data) == 0 || len(s.buf) == 0 {
		return 0, false
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(data))) - uintptr(unsafe.Pointer(unsafe.SliceData(s.buf)))
	return int(at), at < uintptr(len(s.buf)) && at+uintptr(len(data)) <= uintptr(len(s.File.Text))
}

// Collect walks the tree once and notes declarations, assignments and calls. What is
// within a constructor that skip names is not noted; see is given
// every literal. Neither is nil.
func (s *Script) Collect(skip func(*js.NewExpr) bool, see func(js.LiteralExpr)) {
	js.Walk(collector{s, nil, skip, see}, s.Tree)
}

type collector struct {
	*Script
	in   *Branch
	skip func(*js.NewExpr) bool
	see  func(js.LiteralExpr)
}

// Exit implements [js.IVisitor].
func (c collector) Exit(js.INode) {}

// apart returns a collector for a part that need not run.
func (c collector) apart() collector { return collector{c.Script, &Branch{c.in}, c.skip, c.see} }

// Enter implements [js.IVisitor].
func (c collector) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.IfStmt:
		js.Walk(c, n.Cond)
		js.Walk(c.apart(), n.Body)
		js.Walk(c.apart(), n.Else)
		return nil
	case *js.CondExpr:
		js.Walk(c, n.Cond)
		js.Walk(c.apart(), n.X)
		js.Walk(c.apart(), n.Y)
		return nil
	case *js.TryStmt:
		return c.enterTry(n)
	case *js.ForInStmt:
		c.rewrite(n.Init)
		return c.apart()
	case *js.ForOfStmt:
		c.rewrite(n.Init)
		return c.apart()
	case *js.DoWhileStmt, *js.WhileStmt, *js.ForStmt, *js.CaseClause:
		return c.apart()
	case *js.VarDecl:
		c.declareVariables(n)
	case *js.Params:
		for _, p := range n.List {
			c.parameter(p.Binding)
		}
	case *js.FuncDecl:
		if n.Name != nil {
			c.Bodies[Root(n.Name)] = n
		}
	case *js.BinaryExpr:
		return c.enterBinary(n)
	case *js.UnaryExpr:
		if slices.Contains([]js.TokenType{js.PreIncrToken, js.PreDecrToken, js.PostIncrToken, js.PostDecrToken}, n.Op) {
			c.rewrite(n.X)
		}
	case *js.NewExpr:
		c.Places = append(c.Places, Place{n, c.in})
		if c.skip(n) {
			return nil
		}
	case *js.CallExpr:
		c.Places = append(c.Places, Place{n, c.in})
	case *js.LiteralExpr:
		c.see(*n)
	case js.LiteralExpr:
		c.see(n)
	}
	return c
}

// enterTry walks the parts of a try statement: only the catch need not run.
func (c collector) enterTry(n *js.TryStmt) js.IVisitor {
	if n.Body != nil {
		js.Walk(c, n.Body)
	}
	if n.Catch != nil {
		js.Walk(c.apart(), n.Catch)
	}
	if n.Finally != nil {
		js.Walk(c, n.Finally)
	}
	return nil
}

func (c collector) enterBinary(n *js.BinaryExpr) js.IVisitor {
	switch n.Op {
	case js.AndToken, js.OrToken, js.NullishToken:
		js.Walk(c, n.X)
		js.Walk(c.apart(), n.Y)
		return nil
	case js.EqToken:
		c.Places = append(c.Places, Place{n, c.in})
		c.rewrite(n.X)
		if v, ok := n.X.(*js.Var); ok {
			c.Written[Root(v)] = n.Y
			if _, declaredHere := c.Initial[Root(v)]; !declaredHere || c.Initial[Root(v)] == nil {
				c.Branch[Root(v)] = c.in
			}
		}
	case js.AddEqToken, js.SubEqToken, js.MulEqToken, js.DivEqToken, js.ModEqToken, js.ExpEqToken, js.LtLtEqToken, js.GtGtEqToken,
		js.GtGtGtEqToken, js.BitAndEqToken, js.BitOrEqToken, js.BitXorEqToken, js.AndEqToken, js.OrEqToken, js.NullishEqToken:
		c.Places = append(c.Places, Place{n, c.in})
		c.rewrite(n.X)
	}
	return c
}

// rewrite notes that the variables an expression assigns to are no constants.
func (c collector) rewrite(target js.INode) {
	switch target.(type) {
	case *js.DotExpr, *js.IndexExpr, nil:
		return
	}
	js.Walk(rewriter{c.Script}, target)
}

type rewriter struct{ *Script }

// Exit implements [js.IVisitor].
func (r rewriter) Exit(js.INode) {}

// Enter implements [js.IVisitor].
func (r rewriter) Enter(n js.INode) js.IVisitor {
	if v, ok := n.(*js.Var); ok {
		r.Writes[Root(v)]++
	}
	return r
}

func (c collector) declareVariables(n *js.VarDecl) {
	for _, e := range n.List {
		v, ok := e.Binding.(*js.Var)
		if !ok {
			continue
		}
		v = Root(v)
		if _, again := c.Initial[v]; again || n.InForInOf {
			c.Writes[v]++
		}
		c.Initial[v] = e.Default
		c.Branch[v] = c.in
		switch f := e.Default.(type) {
		case *js.ArrowFunc:
			c.Bodies[v] = f
		case *js.FuncDecl:
			c.Bodies[v] = f
		}
	}
}

// parameter notes where a parameter gets its value: it always has one within
// its function.
func (c collector) parameter(b js.IBinding) {
	if v, ok := b.(*js.Var); ok {
		c.Branch[Root(v)] = c.in
	}
}
