package appconf

import (
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// A rubyValue is an integer, a text, a symbol (":auto"), true, false or nil (""
// with isNil). why is not empty when it is not known.
type rubyValue struct {
	text  string
	isNil bool
	why   string
}

const notPlainRuby = "computed value"

// A rubyExpr reads expressions: integers, plain strings, ENV, Integer(), to_i,
// || and + - * of integers, and names of local variables.
type rubyExpr struct {
	reading *reading
	locals  map[string]rubyValue
	text    string
	pos     int
	depth   int
}

// arguments reads the arguments of a call: plain ones and those with a name.
// Where one is not understood, every later one is unknown.
func (e *rubyExpr) arguments() (plain []rubyValue, named map[string]rubyValue) {
	named = map[string]rubyValue{}
	closing := e.take("(")
	for e.pos < len(e.text) {
		if closing && e.take(")") {
			break
		}
		name := e.keyword()
		v := e.value()
		if name == "" {
			plain = append(plain, v)
		} else {
			named[name] = v
		}
		if !e.take(",") && !(closing && e.take(")")) {
			break
		}
	}
	if e.blanks(); e.pos < len(e.text) {
		return []rubyValue{{why: notPlainRuby}}, map[string]rubyValue{"": {why: notPlainRuby}}
	}
	return plain, named
}

// keyword consumes "name:" or ":name =>".
func (e *rubyExpr) keyword() string {
	e.blanks()
	rest := e.text[e.pos:]
	if n := syntax.NameLength(rest); n > 0 && strings.HasPrefix(rest[n:], ":") && !strings.HasPrefix(rest[n:], "::") {
		e.pos += n + 1
		return rest[:n]
	}
	if strings.HasPrefix(rest, ":") {
		n := syntax.NameLength(rest[1:])
		after := strings.TrimLeft(rest[1+n:], " \t")
		if n > 0 && strings.HasPrefix(after, "=>") {
			e.pos = len(e.text) - len(after) + 2
			return rest[1 : 1+n]
		}
	}
	return ""
}

func (e *rubyExpr) blanks() {
	for e.pos < len(e.text) && strings.IndexByte(" \t\r\n\\", e.text[e.pos]) >= 0 {
		e.pos++
	}
}

func (e *rubyExpr) take(token string) bool {
	e.blanks()
	if !strings.HasPrefix(e.text[e.pos:], token) {
		return false
	}
	e.pos += len(token)
	return true
}

// lost gives up on the expression.
func (e *rubyExpr) lost() rubyValue {
	e.pos = len(e.text)
	return rubyValue{why: notPlainRuby}
}

// value reads an expression with ||, which takes the first true operand.
func (e *rubyExpr) value() rubyValue {
	if e.depth++; e.depth > maxPythonDepth {
		return e.lost()
	}
	defer func() { e.depth-- }()
	v := e.sum()
	for e.take("||") {
		if w := e.sum(); v.why == "" && (v.isNil || v.text == "false") {
			v = w
		}
	}
	return v
}

func (e *rubyExpr) sum() rubyValue {
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

func (e *rubyExpr) product() rubyValue {
	v := e.operand()
	for e.take("*") {
		v = rubyArithmetic(v, e.operand(), func(a, b int64) int64 { return a * b })
	}
	return v
}

func rubyArithmetic(a, b rubyValue, op func(a, b int64) int64) rubyValue {
	x, errX := strconv.ParseInt(a.text, 10, 64)
	y, errY := strconv.ParseInt(b.text, 10, 64)
	if a.why != "" || b.why != "" || errX != nil || errY != nil || max(x, y, -x, -y) > math.MaxInt32 {
		return rubyValue{why: firstText(a.why, b.why, notPlainRuby)}
	}
	return rubyValue{text: strconv.FormatInt(op(x, y), 10)}
}

// operand reads one operand with the methods called on it.
func (e *rubyExpr) operand() rubyValue {
	v := e.primary()
	for e.take(".") {
		n := syntax.NameLength(e.text[e.pos:])
		name := e.text[e.pos : e.pos+n]
		if e.pos += n; name != "to_i" {
			return e.lost()
		}
		v = rubyInteger(v, true)
	}
	return v
}

// rubyInteger converts to an integer. to_i makes 0 of nil and reads as many
// digits as there are; Integer() fails for what is not a number.
func rubyInteger(v rubyValue, lenient bool) rubyValue {
	switch {
	case v.why != "":
		return v
	case v.isNil && lenient:
		return rubyValue{text: "0"}
	case v.isNil:
		return rubyValue{why: "it has no value unless the environment gives one"}
	}
	if _, ok := syntax.ReadPlain(v.text); !ok {
		return rubyValue{why: "not a number"}
	}
	return v
}

func (e *rubyExpr) primary() rubyValue {
	e.blanks()
	if e.pos >= len(e.text) {
		return e.lost()
	}
	switch c := e.text[e.pos]; {
	case c == '(':
		e.pos++
		if v := e.value(); e.take(")") {
			return v
		}
		return e.lost()
	case c == '"' || c == '\'':
		return e.literal()
	case c >= '0' && c <= '9':
		return e.number()
	case c == ':':
		n := syntax.NameLength(e.text[e.pos+1:])
		e.pos += 1 + n
		return rubyValue{text: e.text[e.pos-n-1 : e.pos]}
	}
	n := syntax.NameLength(e.text[e.pos:])
	name := e.text[e.pos : e.pos+n]
	e.pos += n
	return e.named(name)
}

func (e *rubyExpr) named(name string) rubyValue {
	switch name {
	case "ENV":
		return e.environment()
	case "Integer":
		if e.take("(") {
			if v := e.value(); e.take(")") {
				return rubyInteger(v, false)
			}
		}
		return e.lost()
	case "true", "false":
		return rubyValue{text: name}
	case "nil":
		return rubyValue{isNil: true}
	}
	if v, ok := e.locals[name]; ok && name != "" {
		return v
	}
	return e.lost()
}

// environment reads what follows ENV: ["X"], .fetch("X"), .fetch("X", default)
// and .fetch("X") { default }.
func (e *rubyExpr) environment() rubyValue {
	if e.take("[") {
		name := e.value()
		if !e.take("]") || name.why != "" {
			return e.lost()
		}
		return e.variable(name.text, rubyValue{isNil: true})
	}
	if !e.take(".fetch(") {
		return e.lost()
	}
	name, fallback := e.value(), rubyValue{why: "it has no value unless the environment gives one"}
	if e.take(",") {
		fallback = e.value()
	}
	if !e.take(")") || name.why != "" {
		return e.lost()
	}
	if e.take("{") {
		if fallback = e.value(); !e.take("}") {
			return e.lost()
		}
	}
	return e.variable(name.text, fallback)
}

// variable returns a variable as the files set it, else the fallback.
func (e *rubyExpr) variable(name string, fallback rubyValue) rubyValue {
	switch v, ok := e.reading.env[name]; {
	case ok && v.Why == "":
		return rubyValue{text: v.Text}
	case ok || e.reading.unreadEnvironment.IsValid():
		return rubyValue{why: "it depends on the environment variable " + name}
	}
	return fallback
}

func (e *rubyExpr) literal() rubyValue {
	end := rubyStringEnd(e.text, e.pos)
	if end < 0 {
		return e.lost()
	}
	text, double := e.text[e.pos+1:end], e.text[e.pos] == '"'
	e.pos = end + 1
	if strings.Contains(text, `\`) || (double && strings.Contains(text, "#{")) {
		return rubyValue{why: notPlainRuby}
	}
	return rubyValue{text: text}
}

func (e *rubyExpr) number() rubyValue {
	start := e.pos
	for e.pos < len(e.text) && strings.IndexByte("0123456789_", e.text[e.pos]) >= 0 {
		e.pos++
	}
	text := strings.ReplaceAll(e.text[start:e.pos], "_", "")
	if _, ok := syntax.ReadPlain(text); !ok || syntax.NameLength(e.text[e.pos:]) > 0 {
		return e.lost()
	}
	return rubyValue{text: text}
}
