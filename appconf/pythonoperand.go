package appconf

import (
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// maxPythonDepth bounds nested brackets.
const maxPythonDepth = 50

// operand reads one operand of an expression.
func (e *pythonExpr) operand() pythonValue {
	e.blanks()
	if e.depth++; e.depth > maxPythonDepth || e.pos >= len(e.text) {
		e.pos = len(e.text)
		return unknownPython("computed value")
	}
	defer func() { e.depth-- }()
	switch c := e.text[e.pos]; {
	case c == '-':
		e.pos++
		return arithmetic(pythonNumber(0), e.operand(), func(a, b float64) float64 { return a - b })
	case c == '(':
		e.pos++
		v := e.value()
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
	case syntax.NameLength(e.text[e.pos:]) > 0:
		return e.name()
	}
	return e.lost()
}

// lost gives up on the expression.
func (e *pythonExpr) lost() pythonValue {
	e.pos = len(e.text)
	return unknownPython("computed value")
}

// list reads elements up to a closing bracket.
func (e *pythonExpr) list(closing string) pythonValue {
	var all pythonValue
	for !e.take(closing) {
		v := e.value()
		all.texts = append(all.texts, v.texts...)
		all.why, all.isText = firstText(all.why, v.why), true
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
func (e *pythonExpr) literal() pythonValue {
	end := pythonStringEnd(e.text, e.pos)
	text := e.text[e.pos:end]
	e.pos = end
	if len(text) < 2 || text[0] != text[len(text)-1] || strings.Contains(text, `\`) || strings.HasPrefix(text, text[:1]+text[:1]+text[:1]) {
		return unknownPython("computed value")
	}
	return pythonValue{texts: []string{text[1 : len(text)-1]}, isText: true}
}

func (e *pythonExpr) number() pythonValue {
	start := e.pos
	for e.pos < len(e.text) && strings.IndexByte("0123456789_.eExX", e.text[e.pos]) >= 0 {
		e.pos++
	}
	text := strings.ReplaceAll(e.text[start:e.pos], "_", "")
	if len(text) > 1 && text[0] == '0' && text[1] != '.' {
		return unknownPython("computed value") // other bases
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return e.lost()
	}
	return pythonNumber(f)
}

// name reads a name with its attributes, and a call of one that is understood.
func (e *pythonExpr) name() pythonValue {
	start := e.pos
	for {
		n := syntax.NameLength(e.text[e.pos:])
		if e.pos += n; n == 0 {
			return e.lost()
		}
		if e.pos >= len(e.text) || e.text[e.pos] != '.' {
			break
		}
		e.pos++
	}
	name := e.text[start:e.pos]
	if e.take("(") {
		return e.call(name, e.arguments())
	}
	if v, ok := e.module.values[name]; ok {
		return v
	}
	return unknownPython(name + " is not a plain value")
}

func (e *pythonExpr) arguments() []pythonValue {
	var out []pythonValue
	for !e.take(")") {
		out = append(out, e.value())
		if !e.take(",") && !e.take(")") {
			e.lost()
			return nil
		} else if e.text[e.pos-1] == ')' {
			break
		}
	}
	return out
}

func (e *pythonExpr) call(name string, args []pythonValue) pythonValue {
	if len(args) == 0 && e.module.cpus > 0 && (name == "multiprocessing.cpu_count" || name == "os.cpu_count" || name == "cpu_count") {
		return pythonNumber(float64(e.module.cpus)) // what the kernel has, whatever the limits of a container
	}
	if len(args) == 0 {
		return unknownPython(name + "() is computed at run time")
	}
	switch v := args[0]; name {
	case "int", "float":
		return toPythonNumber(v, name == "int")
	case "str":
		v.isText = true
		return v
	case "os.getenv", "os.environ.get", "getenv", "environ.get":
		return e.module.getenv(args)
	}
	return unknownPython(name + "() is computed at run time")
}

// getenv returns the value of a variable: as the files set it, else the default
// of the call.
func (m *pythonModule) getenv(args []pythonValue) pythonValue {
	if args[0].why != "" || len(args[0].texts) != 1 {
		return unknownPython("computed value")
	}
	name := args[0].texts[0]
	if v, ok := m.env[name]; ok && v.Why == "" {
		return pythonValue{texts: []string{v.Text}, isText: true}
	} else if ok {
		return unknownPython("it depends on the environment variable " + name)
	}
	if len(args) < 2 {
		return pythonValue{} // None
	}
	return args[1]
}

func toPythonNumber(v pythonValue, whole bool) pythonValue {
	if v.why != "" {
		return v
	}
	if len(v.texts) != 1 {
		return unknownPython("it has no value unless the environment gives one")
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v.texts[0]), 64)
	if err != nil || (whole && v.isText && f != math.Trunc(f)) {
		return unknownPython("not a number")
	}
	if whole {
		f = math.Trunc(f)
	}
	return pythonNumber(f)
}
