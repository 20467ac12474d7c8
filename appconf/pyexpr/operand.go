package pyexpr

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// maxPythonDepth bounds nested brackets.
const maxPythonDepth = 50

// operand reads one operand of an expression.
func (e *Expr) operand() Value {
	e.Blanks()
	if e.depth++; e.depth > maxPythonDepth || e.pos >= len(e.Text) {
		e.pos = len(e.Text)
		return Unknown("computed value")
	}
	defer func() { e.depth-- }()
	switch c := e.Text[e.pos]; {
	case c == '-':
		e.pos++
		return arithmetic(pythonNumber(0), e.operand(), func(a, b float64) float64 { return a - b })
	case c == '(':
		e.pos++
		v := e.Value()
		if !e.take(")") {
			return e.lost()
		}
		return v
	case c == '[':
		e.pos++
		return e.list("]")
	case c == '"' || c == '\'':
		return e.literal()
	case c >= '0' && c <= '9' || c == '.':
		return e.number()
	case syntax.NameLength(e.Text[e.pos:]) > 0:
		return e.name()
	}
	return e.lost()
}

// lost gives up on the expression.
func (e *Expr) lost() Value {
	e.pos = len(e.Text)
	return Unknown("computed value")
}

// list reads elements up to a closing bracket.
func (e *Expr) list(closing string) Value {
	var all Value
	for !e.take(closing) {
		v := e.Value()
		all.Texts = append(all.Texts, v.Texts...)
		all.Why, all.IsText = cmp.Or(all.Why, v.Why), true
		if !e.take(",") {
			if !e.take(closing) {
				return e.lost()
			}
			break
		}
	}
	return all
}

// literal reads a plain string; one with escapes or a triple quote is not read.
func (e *Expr) literal() Value {
	end := pythonStringEnd(e.Text, e.pos)
	text := e.Text[e.pos:end]
	e.pos = end
	if len(text) < 2 || text[0] != text[len(text)-1] || strings.Contains(text, `\`) || strings.HasPrefix(text, text[:1]+text[:1]+text[:1]) {
		return Unknown("computed value")
	}
	return Value{Texts: []string{text[1 : len(text)-1]}, IsText: true}
}

func (e *Expr) number() Value {
	start := e.pos
	for e.pos < len(e.Text) && strings.IndexByte("0123456789_.eExX", e.Text[e.pos]) >= 0 {
		e.pos++
	}
	text := strings.ReplaceAll(e.Text[start:e.pos], "_", "")
	if len(text) > 1 && text[0] == '0' && text[1] != '.' {
		return Unknown("computed value") // other bases
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return e.lost()
	}
	return pythonNumber(f)
}

// name reads a name with its attributes, and a call of one that is understood.
func (e *Expr) name() Value {
	start := e.pos
	for {
		n := syntax.NameLength(e.Text[e.pos:])
		if e.pos += n; n == 0 {
			return e.lost()
		}
		if e.pos >= len(e.Text) || e.Text[e.pos] != '.' {
			break
		}
		e.pos++
	}
	name := e.Text[start:e.pos]
	if e.take("(") {
		return e.call(name, e.arguments())
	}
	if v, ok := e.Module.Values[name]; ok {
		return v
	}
	return Unknown(name + " is not a plain value")
}

func (e *Expr) arguments() []Value {
	var out []Value
	for !e.take(")") {
		out = append(out, e.Value())
		if !e.take(",") && !e.take(")") {
			e.lost()
			return nil
		} else if e.Text[e.pos-1] == ')' {
			break
		}
	}
	return out
}

func (e *Expr) call(name string, args []Value) Value {
	if len(args) == 0 && e.Module.CPUs > 0 && (name == "multiprocessing.cpu_count" || name == "os.cpu_count" || name == "cpu_count") {
		return pythonNumber(float64(e.Module.CPUs)) // what the kernel has, whatever the limits of a container
	}
	if len(args) == 0 {
		return Unknown(name + "() is computed at run time")
	}
	switch v := args[0]; name {
	case "int", "float":
		return toPythonNumber(v, name == "int")
	case "str":
		v.IsText = true
		return v
	case "os.getenv", "os.environ.get", "getenv", "environ.get":
		return e.Module.getenv(args)
	}
	return Unknown(name + "() is computed at run time")
}

// getenv returns the value of a variable: as the files set it, else the default
// of the call.
func (m *Module) getenv(args []Value) Value {
	if args[0].Why != "" || len(args[0].Texts) != 1 {
		return Unknown("computed value")
	}
	name := args[0].Texts[0]
	if v, ok := m.Env[name]; ok && v.Why == "" {
		return Value{Texts: []string{v.Text}, IsText: true}
	} else if ok {
		return Unknown("it depends on the environment variable " + name)
	}
	if len(args) < 2 {
		return Value{} // None
	}
	return args[1]
}

func toPythonNumber(v Value, whole bool) Value {
	if v.Why != "" {
		return v
	}
	if len(v.Texts) != 1 {
		return Unknown("it has no value unless the environment gives one")
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v.Texts[0]), 64)
	if err != nil || (whole && v.IsText && f != math.Trunc(f)) {
		return Unknown("not a number")
	}
	if whole {
		f = math.Trunc(f)
	}
	return pythonNumber(f)
}
