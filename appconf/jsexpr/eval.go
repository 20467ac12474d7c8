package jsexpr

import (
	"cmp"
	"math"
	"strconv"

	"github.com/tdewolff/parse/v2/js"
)

// MaxDepth bounds how far constants that name constants are followed.
const MaxDepth = 60

// Eval evaluates an expression made of literals, constants of the same file and
// environment variables with a default. depth is how many constants and brackets it
// lies within: 0 for a start.
func (s *Script) Eval(e js.IExpr, depth int) Value {
	if depth > MaxDepth {
		return UnknownValue("computed value")
	}
	depth++
	switch n := e.(type) {
	case *js.LiteralExpr:
		return LiteralValue(*n)
	case js.LiteralExpr:
		return LiteralValue(n)
	case *js.GroupExpr:
		return s.Eval(n.X, depth)
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
			return LiteralValue(js.LiteralExpr{TokenType: js.StringToken, Data: n.Tail})
		}
	case *js.Var:
		return s.evalName(n, depth)
	}
	return UnknownValue("computed value")
}

func (s *Script) evalName(v *js.Var, depth int) Value {
	v = Root(v)
	name := string(v.Data)
	if name == "undefined" && v.Decl == js.NoDecl {
		return Value{Kind: Undefined}
	}
	if s.Lookup != nil {
		return s.Lookup(name, depth)
	}
	value, ok := s.Initial[v]
	if !ok || value == nil || s.Writes[v] > 0 {
		return UnknownValue(name + " is not a constant of this file")
	}
	return s.Eval(value, depth)
}

func (s *Script) evalUnary(n *js.UnaryExpr, depth int) Value {
	v := s.Eval(n.X, depth)
	if v.Kind == Unknown {
		return v
	}
	switch n.Op {
	case js.PosToken:
		return NumberValue(v.ToNumber()).from(v.env)
	case js.NegToken:
		return NumberValue(-v.ToNumber()).from(v.env)
	}
	return UnknownValue("computed value")
}

func (s *Script) evalBinary(n *js.BinaryExpr, depth int) Value {
	a := s.Eval(n.X, depth)
	if a.Kind == Unknown {
		return a
	}
	switch n.Op {
	case js.NullishToken:
		if a.Kind != Undefined {
			return a
		}
		return s.Eval(n.Y, depth).from(a.env)
	case js.OrToken:
		if a.isTrue() {
			return a
		}
		return s.Eval(n.Y, depth).from(a.env)
	}
	b := s.Eval(n.Y, depth)
	if b.Kind == Unknown {
		return b
	}
	return arithmeticJS(n.Op, a, b).from(cmp.Or(a.env, b.env))
}

// evalChoice evaluates "test ? a : b" where the test is a plain value. One on
// NODE_ENV is not understood: that variable is set where it matters.
func (s *Script) evalChoice(n *js.CondExpr, depth int) Value {
	test := s.Eval(n.Cond, depth)
	switch {
	case test.Kind == Unknown:
		return test
	case test.env == "NODE_ENV":
		return UnknownValue("it depends on NODE_ENV")
	case test.isTrue():
		return s.Eval(n.X, depth).from(test.env)
	}
	return s.Eval(n.Y, depth).from(test.env)
}

// evalMember evaluates process.env.NAME.
func (s *Script) evalMember(e js.IExpr, depth int) Value {
	object, name, ok := Member(e)
	env, isEnv, okEnv := Member(object)
	if !ok || !okEnv || isEnv != "env" || !IsNamed(env, "process") {
		return UnknownValue("computed value")
	}
	v, ok := s.Env(name)
	switch {
	case !ok:
		return Value{Kind: Undefined}.from(name)
	case v.Why != "":
		return UnknownValue("it depends on the environment variable " + name)
	}
	return textJS(v.Text).from(name)
}

// evalCall evaluates Number, parseInt, parseFloat and some of Math.
func (s *Script) evalCall(n *js.CallExpr, depth int) Value {
	var args []Value
	for _, a := range n.Args.List {
		v := s.Eval(a.Value, depth)
		if a.Rest || v.Kind == Unknown {
			return UnknownValue(cmp.Or(v.Why, "computed value"))
		}
		args = append(args, v)
	}
	name := s.calledName(n)
	if len(args) == 0 {
		return UnknownValue("computed value")
	}
	env := args[0].env
	switch name {
	case "Number":
		return NumberValue(args[0].ToNumber()).from(env)
	case "parseInt", "Number.parseInt":
		base := 0.0
		if len(args) > 1 {
			base = args[1].ToNumber()
		}
		if args[0].Kind == Undefined || base != math.Trunc(base) || base < 0 || base > 36 {
			return NumberValue(math.NaN()).from(env)
		}
		return NumberValue(parseInt(jsText1(args[0]), int(base))).from(env)
	case "parseFloat", "Number.parseFloat":
		if f := args[0].ToNumber(); jsText1(args[0]) != "" {
			return NumberValue(f).from(env)
		}
		return NumberValue(math.NaN()).from(env)
	}
	return mathJS(name, args)
}

// jsText1 is ToString for what parseInt is given.
func jsText1(v Value) string {
	if v.Kind == Number {
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	}
	return v.Text
}

// calledName returns the name of a global function that is called, such as
// Math.max; "" for others.
func (s *Script) calledName(n *js.CallExpr) string {
	if v, ok := n.X.(*js.Var); ok && Root(v).Decl == js.NoDecl {
		return string(Root(v).Data)
	}
	object, name, ok := Member(n.X)
	if v, isVar := object.(*js.Var); ok && isVar && Root(v).Decl == js.NoDecl {
		return string(Root(v).Data) + "." + name
	}
	return ""
}

func mathJS(name string, args []Value) Value {
	x := args[0].ToNumber()
	switch name {
	case "Math.floor":
		return NumberValue(math.Floor(x))
	case "Math.ceil":
		return NumberValue(math.Ceil(x))
	case "Math.round":
		return NumberValue(math.Floor(x + 0.5))
	case "Math.trunc":
		return NumberValue(math.Trunc(x))
	case "Math.max", "Math.min":
		for _, a := range args[1:] {
			if name == "Math.max" {
				x = math.Max(x, a.ToNumber())
			} else {
				x = math.Min(x, a.ToNumber())
			}
		}
		return NumberValue(x)
	}
	return UnknownValue("computed value")
}

// Member takes "object.name" and "object['name']" apart; false for everything else.
func Member(e js.IExpr) (object js.IExpr, name string, ok bool) {
	switch n := e.(type) {
	case *js.DotExpr:
		if lit, ok := Literal(n.Y); ok {
			return n.X, string(lit.Data), true
		}
	case *js.IndexExpr:
		if lit, ok := Literal(n.Y); ok && lit.TokenType == js.StringToken && len(lit.Data) >= 2 {
			return n.X, string(lit.Data[1 : len(lit.Data)-1]), true
		}
	}
	return nil, "", false
}

// Literal returns an expression that is a literal; false for others.
func Literal(e js.IExpr) (js.LiteralExpr, bool) {
	switch n := e.(type) {
	case js.LiteralExpr:
		return n, true
	case *js.LiteralExpr:
		return *n, true
	}
	return js.LiteralExpr{}, false
}

// IsNamed reports whether an expression is a plain name.
func IsNamed(e js.IExpr, name string) bool {
	v, ok := e.(*js.Var)
	return ok && string(Root(v).Data) == name
}

// Root returns the variable that a use stands for.
func Root(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}
