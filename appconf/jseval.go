package appconf

import (
	"math"
	"strconv"

	"github.com/tdewolff/parse/v2/js"
)

// maxDepth bounds how far constants that name constants are followed.
const maxDepth = 60

// eval evaluates an expression made of literals, constants of the same file and
// environment variables with a default.
func (s *script) eval(e js.IExpr, depth int) jsValue {
	if depth > maxDepth {
		return unknownJS("computed value")
	}
	depth++
	switch n := e.(type) {
	case *js.LiteralExpr:
		return literalJS(*n)
	case js.LiteralExpr:
		return literalJS(n)
	case *js.GroupExpr:
		return s.eval(n.X, depth)
	case *js.UnaryExpr:
		return s.evalUnary(n, depth)
	case *js.BinaryExpr:
		return s.evalBinary(n, depth)
	case *js.CondExpr:
		return s.evalChoice(n, depth)
	case *js.DotExpr, *js.IndexExpr:
		return s.evalMember(e, depth)
	case *js.CallExpr:
		return s.evalCall(n, depth)
	case *js.TemplateExpr:
		if n.Tag == nil && len(n.List) == 0 && len(n.Tail) >= 2 {
			return literalJS(js.LiteralExpr{TokenType: js.StringToken, Data: n.Tail})
		}
	case *js.Var:
		return s.evalName(n, depth)
	}
	return unknownJS("computed value")
}

func (s *script) evalName(v *js.Var, depth int) jsValue {
	v = root(v)
	name := string(v.Data)
	if name == "undefined" && v.Decl == js.NoDecl {
		return jsValue{kind: jsUndefined}
	}
	if s.lookup != nil {
		return s.lookup(name, depth)
	}
	value, ok := s.initial[v]
	if !ok || value == nil || s.writes[v] > 0 {
		return unknownJS(name + " is not a constant of this file")
	}
	return s.eval(value, depth)
}

func (s *script) evalUnary(n *js.UnaryExpr, depth int) jsValue {
	v := s.eval(n.X, depth)
	if v.kind == jsUnknown {
		return v
	}
	switch n.Op {
	case js.PosToken:
		return numberJS(v.toNumber()).from(v.env)
	case js.NegToken:
		return numberJS(-v.toNumber()).from(v.env)
	}
	return unknownJS("computed value")
}

func (s *script) evalBinary(n *js.BinaryExpr, depth int) jsValue {
	a := s.eval(n.X, depth)
	if a.kind == jsUnknown {
		return a
	}
	switch n.Op {
	case js.NullishToken:
		if a.kind != jsUndefined {
			return a
		}
		return s.eval(n.Y, depth).from(a.env)
	case js.OrToken:
		if a.isTrue() {
			return a
		}
		return s.eval(n.Y, depth).from(a.env)
	}
	b := s.eval(n.Y, depth)
	if b.kind == jsUnknown {
		return b
	}
	return arithmeticJS(n.Op, a, b).from(firstText(a.env, b.env))
}

// evalChoice evaluates "test ? a : b" where the test is a plain value. One on
// NODE_ENV is not understood: that variable is set where it matters.
func (s *script) evalChoice(n *js.CondExpr, depth int) jsValue {
	test := s.eval(n.Cond, depth)
	switch {
	case test.kind == jsUnknown:
		return test
	case test.env == "NODE_ENV":
		return unknownJS("it depends on NODE_ENV")
	case test.isTrue():
		return s.eval(n.X, depth).from(test.env)
	}
	return s.eval(n.Y, depth).from(test.env)
}

// evalMember evaluates process.env.NAME.
func (s *script) evalMember(e js.IExpr, depth int) jsValue {
	object, name, ok := member(e)
	env, isEnv, okEnv := member(object)
	if !ok || !okEnv || isEnv != "env" || !isNamed(env, "process") {
		return unknownJS("computed value")
	}
	v, ok := s.env[name]
	switch {
	case !ok:
		return jsValue{kind: jsUndefined}.from(name)
	case v.Why != "":
		return unknownJS("it depends on the environment variable " + name)
	}
	return textJS(v.Text).from(name)
}

// evalCall evaluates Number, parseInt, parseFloat and some of Math.
func (s *script) evalCall(n *js.CallExpr, depth int) jsValue {
	var args []jsValue
	for _, a := range n.Args.List {
		v := s.eval(a.Value, depth)
		if a.Rest || v.kind == jsUnknown {
			return unknownJS(firstText(v.why, "computed value"))
		}
		args = append(args, v)
	}
	name := s.calledName(n)
	if len(args) == 0 {
		return unknownJS("computed value")
	}
	env := args[0].env
	switch name {
	case "Number":
		return numberJS(args[0].toNumber()).from(env)
	case "parseInt", "Number.parseInt":
		base := 0.0
		if len(args) > 1 {
			base = args[1].toNumber()
		}
		if args[0].kind == jsUndefined || base != math.Trunc(base) || base < 0 || base > 36 {
			return numberJS(math.NaN()).from(env)
		}
		return numberJS(parseInt(jsText1(args[0]), int(base))).from(env)
	case "parseFloat", "Number.parseFloat":
		if f := args[0].toNumber(); jsText1(args[0]) != "" {
			return numberJS(f).from(env)
		}
		return numberJS(math.NaN()).from(env)
	}
	return mathJS(name, args)
}

// jsText1 is ToString for what parseInt is given.
func jsText1(v jsValue) string {
	if v.kind == jsNumber {
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	}
	return v.text
}

// calledName returns the name of a global function that is called, such as
// Math.max; "" for others.
func (s *script) calledName(n *js.CallExpr) string {
	if v, ok := n.X.(*js.Var); ok && root(v).Decl == js.NoDecl {
		return string(root(v).Data)
	}
	object, name, ok := member(n.X)
	if v, isVar := object.(*js.Var); ok && isVar && root(v).Decl == js.NoDecl {
		return string(root(v).Data) + "." + name
	}
	return ""
}

func mathJS(name string, args []jsValue) jsValue {
	x := args[0].toNumber()
	switch name {
	case "Math.floor":
		return numberJS(math.Floor(x))
	case "Math.ceil":
		return numberJS(math.Ceil(x))
	case "Math.round":
		return numberJS(math.Floor(x + 0.5))
	case "Math.trunc":
		return numberJS(math.Trunc(x))
	case "Math.max", "Math.min":
		for _, a := range args[1:] {
			if name == "Math.max" {
				x = math.Max(x, a.toNumber())
			} else {
				x = math.Min(x, a.toNumber())
			}
		}
		return numberJS(x)
	}
	return unknownJS("computed value")
}

// member takes "object.name" and "object['name']" apart.
func member(e js.IExpr) (object js.IExpr, name string, ok bool) {
	switch n := e.(type) {
	case *js.DotExpr:
		if lit, ok := literal(n.Y); ok {
			return n.X, string(lit.Data), true
		}
	case *js.IndexExpr:
		if lit, ok := literal(n.Y); ok && lit.TokenType == js.StringToken && len(lit.Data) >= 2 {
			return n.X, string(lit.Data[1 : len(lit.Data)-1]), true
		}
	}
	return nil, "", false
}

func literal(e js.IExpr) (js.LiteralExpr, bool) {
	switch n := e.(type) {
	case js.LiteralExpr:
		return n, true
	case *js.LiteralExpr:
		return *n, true
	}
	return js.LiteralExpr{}, false
}

// isNamed reports whether an expression is a plain name.
func isNamed(e js.IExpr, name string) bool {
	v, ok := e.(*js.Var)
	return ok && string(root(v).Data) == name
}

// root returns the variable that a use stands for.
func root(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}
