package appconf

import (
	"go/ast"
	"go/constant"
	gotoken "go/token"
	"time"
)

// maxDepth bounds how far constants that name constants are followed.
const maxDepth = 60

// goUnits are the constants of package time.
var goUnits = map[string]time.Duration{
	"Nanosecond": time.Nanosecond, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
	"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour,
}

// number evaluates a constant whole number; a duration counts nanoseconds, as
// does a bare number that is assigned to one. why is not empty when it cannot.
func (s *goScope) number(g *goSource, e ast.Expr) (n int64, why string) {
	s.steps = maxGoSteps
	v := s.eval(g, e, 0)
	if v == nil {
		return 0, "computed value"
	}
	n, exact := constant.Int64Val(constant.ToInt(v))
	if !exact {
		return 0, "not a whole number that fits"
	}
	return n, ""
}

// maxGoSteps is far more than a person writes for one number.
const maxGoSteps = 1000

// eval returns the value of a constant expression, nil for others. Values are
// small, so arithmetic cannot grow without end.
func (s *goScope) eval(g *goSource, e ast.Expr, depth int) constant.Value {
	if s.steps--; s.steps < 0 || depth > maxDepth {
		return nil
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if (e.Kind == gotoken.INT || e.Kind == gotoken.FLOAT) && len(e.Value) < 40 {
			return bounded(constant.MakeFromLiteral(e.Value, e.Kind, 0))
		}
	case *ast.ParenExpr:
		return s.eval(g, e.X, depth+1)
	case *ast.UnaryExpr:
		if x := s.eval(g, e.X, depth+1); x != nil && (e.Op == gotoken.SUB || e.Op == gotoken.ADD) {
			return constant.UnaryOp(e.Op, x, 0)
		}
	case *ast.BinaryExpr:
		return binary(e.Op, s.eval(g, e.X, depth+1), s.eval(g, e.Y, depth+1))
	case *ast.CallExpr: // time.Duration(n)
		if len(e.Args) == 1 && isQualified(e.Fun, g.time, "Duration") {
			return s.eval(g, e.Args[0], depth+1)
		}
	case *ast.SelectorExpr:
		if unit, ok := goUnits[e.Sel.Name]; ok && isQualified(e, g.time, e.Sel.Name) {
			return constant.MakeInt64(int64(unit))
		}
	case *ast.Ident:
		if v, ok := s.value(e.Name); ok && e.Name != "iota" {
			return s.eval(v.in, v.expr, depth+1)
		}
	}
	return nil
}

func binary(op gotoken.Token, x, y constant.Value) constant.Value {
	switch {
	case x == nil || y == nil:
		return nil
	case op == gotoken.QUO && constant.Sign(y) == 0:
		return nil
	case op == gotoken.QUO && x.Kind() == constant.Int && y.Kind() == constant.Int:
		op = gotoken.QUO_ASSIGN // division of whole numbers
	case op != gotoken.ADD && op != gotoken.SUB && op != gotoken.MUL && op != gotoken.QUO:
		shift, exact := uint64(0), false
		if op == gotoken.SHL && x.Kind() == constant.Int {
			shift, exact = constant.Uint64Val(constant.ToInt(y))
		}
		if !exact || shift > 62 {
			return nil
		}
		return bounded(constant.Shift(x, op, uint(shift)))
	}
	return bounded(constant.BinaryOp(x, op, y))
}

// bounded drops values far beyond every setting.
func bounded(v constant.Value) constant.Value {
	if v.Kind() != constant.Int && v.Kind() != constant.Float {
		return nil
	}
	if f, _ := constant.Float64Val(v); f > 1e19 || f < -1e19 {
		return nil
	}
	return v
}
