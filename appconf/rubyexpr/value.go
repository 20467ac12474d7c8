package rubyexpr

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// A Value is an integer, a text, a symbol (":auto"), true, false or nil (""
// with IsNil). Why is not empty when it is not known. The zero value is an empty text.
type Value struct {
	Text  string
	IsNil bool
	Why   string
}

// NotPlain is why a value is not known that no rule here covers.
const NotPlain = "computed value"

// maxDepth bounds nested brackets.
const maxDepth = 50

// An Expr reads expressions: integers, plain strings, ENV, Integer(), to_i,
// || and + - * of integers, and names of local variables.
type Expr struct {
	// Env is the environment; Unread reports whether something may set variables
	// that it lacks.
	Env    map[string]syntax.Variable
	Unread bool
	// Locals are the values of local variables.
	Locals map[string]Value
	// Text is what is read, from Pos on.
	Text  string
	Pos   int
	depth int
}

// Arguments reads the arguments of a call: plain ones and those with a name.
// Where one is not understood, every later one is unknown.
func (e *Expr) Arguments() (plain []Value, named map[string]Value) {
	named = map[string]Value{}
	closing := e.take("(")
	for e.Pos < len(e.Text) {
		if closing && e.take(")") {
			break
		}
		name := e.keyword()
		v := e.Value()
		if name == "" {
			plain = append(plain, v)
		} else {
			named[name] = v
		}
		if !e.take(",") && !(closing && e.take(")")) {
			break
		}
	}
	if e.Blanks(); e.Pos < len(e.Text) {
		return []Value{{Why: NotPlain}}, map[string]Value{"": {Why: NotPlain}}
	}
	return plain, named
}

// keyword consumes "name:" or ":name =>".
func (e *Expr) keyword() string {
	e.Blanks()
	rest := e.Text[e.Pos:]
	if n := syntax.NameLength(rest); n > 0 && strings.HasPrefix(rest[n:], ":") && !strings.HasPrefix(rest[n:], "::") {
		e.Pos += n + 1
		return rest[:n]
	}
	if strings.HasPrefix(rest, ":") {
		n := syntax.NameLength(rest[1:])
		after := strings.TrimLeft(rest[1+n:], " \t")
		if n > 0 && strings.HasPrefix(after, "=>") {
			e.Pos = len(e.Text) - len(after) + 2
			return rest[1 : 1+n]
		}
	}
	return ""
}

// Blanks skips blanks.
func (e *Expr) Blanks() {
	for e.Pos < len(e.Text) && strings.IndexByte(" \t\r\n\\", e.Text[e.Pos]) >= 0 {
		e.Pos++
	}
}

func (e *Expr) take(token string) bool {
	e.Blanks()
	if !strings.HasPrefix(e.Text[e.Pos:], token) {
		return false
	}
	e.Pos += len(token)
	return true
}

// lost gives up on the expression.
func (e *Expr) lost() Value {
	e.Pos = len(e.Text)
	return Value{Why: NotPlain}
}

// Value reads an expression with ||, which takes the first true operand.
func (e *Expr) Value() Value {
	if e.depth++; e.depth > maxDepth {
		return e.lost()
	}
	defer func() { e.depth-- }()
	v := e.sum()
	for e.take("||") {
		if w := e.sum(); v.Why == "" && (v.IsNil || v.Text == "false") {
			v = w
		}
	}
	return v
}

func (e *Expr) sum() Value {
	v := e.product()
	for {
		switch {
		case e.take("+"):
			v = rubyArithmetic(v, e.product(), func(a, b int64) int64 { return a + b })
		case e.take("-"):
			v = rubyArithmetic(v, e.product(), func(a, b int64) int64 { return a - b })
		default:
			return v
		}
	}
}

func (e *Expr) product() Value {
	v := e.operand()
	for e.take("*") {
		v = rubyArithmetic(v, e.operand(), func(a, b int64) int64 { return a * b })
	}
	return v
}

func rubyArithmetic(a, b Value, op func(a, b int64) int64) Value {
	x, errX := strconv.ParseInt(a.Text, 10, 64)
	y, errY := strconv.ParseInt(b.Text, 10, 64)
	if a.Why != "" || b.Why != "" || errX != nil || errY != nil || max(x, y, -x, -y) > math.MaxInt32 {
		return Value{Why: cmp.Or(a.Why, b.Why, NotPlain)}
	}
	return Value{Text: strconv.FormatInt(op(x, y), 10)}
}

// operand reads one operand with the methods called on it.
func (e *Expr) operand() Value {
	v := e.primary()
	for e.take(".") {
		n := syntax.NameLength(e.Text[e.Pos:])
		name := e.Text[e.Pos : e.Pos+n]
		if e.Pos += n; name != "to_i" {
			return e.lost()
		}
		v = rubyInteger(v, true)
	}
	return v
}

// rubyInteger converts to an integer. to_i makes 0 of nil and reads as many
// digits as there are; Integer() fails for what is not a number.
func rubyInteger(v Value, lenient bool) Value {
	switch {
	case v.Why != "":
		return v
	case v.IsNil && lenient:
		return Value{Text: "0"}
	case v.IsNil:
		return Value{Why: "it has no value unless the environment gives one"}
	}
	if _, ok := syntax.ReadPlain(v.Text); !ok {
		return Value{Why: "not a number"}
	}
	return v
}

func (e *Expr) primary() Value {
	e.Blanks()
	if e.Pos >= len(e.Text) {
		return e.lost()
	}
	switch c := e.Text[e.Pos]; {
	case c == '(':
		e.Pos++
		if v := e.Value(); e.take(")") {
			return v
		}
		return e.lost()
	case c == '"' || c == '\'':
		return e.literal()
	case c >= '0' && c <= '9':
		return e.number()
	case c == ':':
		n := syntax.NameLength(e.Text[e.Pos+1:])
		e.Pos += 1 + n
		return Value{Text: e.Text[e.Pos-n-1 : e.Pos]}
	}
	n := syntax.NameLength(e.Text[e.Pos:])
	name := e.Text[e.Pos : e.Pos+n]
	e.Pos += n
	return e.named(name)
}

func (e *Expr) named(name string) Value {
	switch name {
	case "ENV":
		return e.environment()
	case "Integer":
		if e.take("(") {
			if v := e.Value(); e.take(")") {
				return rubyInteger(v, false)
			}
		}
		return e.lost()
	case "true", "false":
		return Value{Text: name}
	case "nil":
		return Value{IsNil: true}
	}
	if v, ok := e.Locals[name]; ok && name != "" {
		return v
	}
	return e.lost()
}

// environment reads what follows ENV: ["X"], .fetch("X"), .fetch("X", default)
// and .fetch("X") { default }.
func (e *Expr) environment() Value {
	if e.take("[") {
		name := e.Value()
		if !e.take("]") || name.Why != "" {
			return e.lost()
		}
		return e.variable(name.Text, Value{IsNil: true})
	}
	if !e.take(".fetch(") {
		return e.lost()
	}
	name, fallback := e.Value(), Value{Why: "it has no value unless the environment gives one"}
	if e.take(",") {
		fallback = e.Value()
	}
	if !e.take(")") || name.Why != "" {
		return e.lost()
	}
	if e.take("{") {
		if fallback = e.Value(); !e.take("}") {
			return e.lost()
		}
	}
	return e.variable(name.Text, fallback)
}

// variable returns a variable as the files set it, else the fallback.
func (e *Expr) variable(name string, fallback Value) Value {
	switch v, ok := e.Env[name]; {
	case ok && v.Why == "":
		return Value{Text: v.Text}
	case ok || e.Unread:
		return Value{Why: "it depends on the environment variable " + name}
	}
	return fallback
}

func (e *Expr) literal() Value {
	end := rubyStringEnd(e.Text, e.Pos)
	if end < 0 {
		return e.lost()
	}
	text, double := e.Text[e.Pos+1:end], e.Text[e.Pos] == '"'
	e.Pos = end + 1
	if strings.Contains(text, `\`) || (double && strings.Contains(text, "#{")) {
		return Value{Why: NotPlain}
	}
	return Value{Text: text}
}

func (e *Expr) number() Value {
	start := e.Pos
	for e.Pos < len(e.Text) && strings.IndexByte("0123456789_", e.Text[e.Pos]) >= 0 {
		e.Pos++
	}
	text := strings.ReplaceAll(e.Text[start:e.Pos], "_", "")
	if _, ok := syntax.ReadPlain(text); !ok || syntax.NameLength(e.Text[e.Pos:]) > 0 {
		return e.lost()
	}
	return Value{Text: text}
}
