package appconf

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/source"
)

// A script is one parsed JavaScript file.
type script struct {
	*reading
	file *source.File
	buf  []byte // what the syntax tree points into
	tree *js.AST

	initial map[*js.Var]js.IExpr // what a variable is declared as; nil for nothing
	writes  map[*js.Var]int      // assignments after the declaration
	written map[*js.Var]js.IExpr // the last value assigned
	bodies  map[*js.Var]js.INode // functions by name
	branch  map[*js.Var]*branch  // where a variable is declared
	places  []scriptPlace
	// lookup resolves names where there is no whole tree; nil otherwise.
	lookup func(name string, depth int) jsValue

	mentioned map[string]source.Span
	handled   map[string]bool
}

// A branch is a part of a program that need not run: the body of an if, a loop,
// a catch. The zero pointer is the part that always runs.
type branch struct{ outer *branch }

// A scriptPlace is an assignment or call, with the branch it stands in.
type scriptPlace struct {
	node js.IExpr
	in   *branch
}

// parseScript parses a file. The parser is behind recover: it is not ours, and
// what it reads is anybody's.
func parseScript(r *reading, f *source.File) (s *script, err error) {
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
	return &script{
		reading: r, file: f, buf: buf, tree: tree,
		initial: map[*js.Var]js.IExpr{}, writes: map[*js.Var]int{}, written: map[*js.Var]js.IExpr{},
		bodies: map[*js.Var]js.INode{}, branch: map[*js.Var]*branch{},
		mentioned: map[string]source.Span{}, handled: map[string]bool{},
	}, nil
}

// offset returns where a piece of the tree lies in the file. The tree keeps
// slices of its input and no offsets, so their addresses are compared.
func (s *script) offset(data []byte) (int, bool) {
	if len(data) == 0 || len(s.buf) == 0 {
		return 0, false
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(data))) - uintptr(unsafe.Pointer(unsafe.SliceData(s.buf)))
	return int(at), at < uintptr(len(s.buf)) && at+uintptr(len(data)) <= uintptr(len(s.file.Text))
}

// collect walks the tree once and notes declarations, assignments and calls.
func (s *script) collect() { js.Walk(collector{s, nil}, s.tree) }

type collector struct {
	*script
	in *branch
}

// Exit implements [js.IVisitor].
func (c collector) Exit(js.INode) {}

// apart returns a collector for a part that need not run.
func (c collector) apart() collector { return collector{c.script, &branch{c.in}} }

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
			c.bodies[root(n.Name)] = n
		}
	case *js.BinaryExpr:
		return c.enterBinary(n)
	case *js.UnaryExpr:
		if slices.Contains([]js.TokenType{js.PreIncrToken, js.PreDecrToken, js.PostIncrToken, js.PostDecrToken}, n.Op) {
			c.rewrite(n.X)
		}
	case *js.NewExpr:
		c.places = append(c.places, scriptPlace{n, c.in})
		if newKind(n) == notServer {
			return nil // the options of clients have the names of a server's
		}
	case *js.CallExpr:
		c.places = append(c.places, scriptPlace{n, c.in})
	case *js.LiteralExpr:
		c.mention(*n)
	case js.LiteralExpr:
		c.mention(n)
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
		c.places = append(c.places, scriptPlace{n, c.in})
		c.rewrite(n.X)
		if v, ok := n.X.(*js.Var); ok {
			c.written[root(v)] = n.Y
			if _, declaredHere := c.initial[root(v)]; !declaredHere || c.initial[root(v)] == nil {
				c.branch[root(v)] = c.in
			}
		}
	case js.AddEqToken, js.SubEqToken, js.MulEqToken, js.DivEqToken, js.ModEqToken, js.ExpEqToken, js.LtLtEqToken, js.GtGtEqToken,
		js.GtGtGtEqToken, js.BitAndEqToken, js.BitOrEqToken, js.BitXorEqToken, js.AndEqToken, js.OrEqToken, js.NullishEqToken:
		c.places = append(c.places, scriptPlace{n, c.in})
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
	js.Walk(rewriter{c.script}, target)
}

type rewriter struct{ *script }

// Exit implements [js.IVisitor].
func (r rewriter) Exit(js.INode) {}

// Enter implements [js.IVisitor].
func (r rewriter) Enter(n js.INode) js.IVisitor {
	if v, ok := n.(*js.Var); ok {
		r.writes[root(v)]++
	}
	return r
}

func (c collector) declareVariables(n *js.VarDecl) {
	for _, e := range n.List {
		v, ok := e.Binding.(*js.Var)
		if !ok {
			continue
		}
		v = root(v)
		if _, again := c.initial[v]; again || n.InForInOf {
			c.writes[v]++
		}
		c.initial[v] = e.Default
		c.branch[v] = c.in
		switch f := e.Default.(type) {
		case *js.ArrowFunc:
			c.bodies[v] = f
		case *js.FuncDecl:
			c.bodies[v] = f
		}
	}
}

// parameter notes where a parameter gets its value: it always has one within
// its function.
func (c collector) parameter(b js.IBinding) {
	if v, ok := b.(*js.Var); ok {
		c.branch[root(v)] = c.in
	}
}

// mention notes where the name of a setting first occurs.
func (c collector) mention(n js.LiteralExpr) {
	name := string(n.Data)
	if n.TokenType == js.StringToken && len(name) >= 2 {
		name = name[1 : len(name)-1]
	}
	p, ok := serverProperties[name]
	if !ok || p.common {
		return
	}
	if at, inFile := c.offset(n.Data); inFile && !c.mentioned[name].IsValid() {
		c.mentioned[name] = source.Span{File: c.file, Start: at, End: at + len(n.Data)}
	}
}
