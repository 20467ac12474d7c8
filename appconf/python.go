package appconf

import (
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A pythonModule is a Python file of which only plain assignments are understood.
type pythonModule struct {
	file   *source.File
	env    map[string]syntax.Variable
	cpus   int                    // 0 for not known
	values map[string]pythonValue // of the names assigned so far
}

// A pythonStatement is one logical line, or a part of it between semicolons.
type pythonStatement struct {
	text   string
	at     source.Span
	indent int
	// inBody reports whether it stands within a function or class.
	inBody bool
}

// A pythonValue is a number or a text, or a list of them. why is not empty when
// it is not known.
type pythonValue struct {
	texts  []string
	isText bool
	why    string
}

// statements cuts the file into logical lines (Python reference, 2.1):
// brackets, backslashes and triple quotes join lines.
func (m *pythonModule) statements() []pythonStatement {
	var out []pythonStatement
	text, inBody, indent := m.file.Text, false, 0
	for pos := 0; pos < len(text); {
		start := pos
		end, next := logicalLine(text, pos)
		pos = next
		body := strings.TrimLeft(text[start:end], " \t\f")
		at := source.Span{File: m.file, Start: end - len(body), End: end}
		at.End = at.Start + len(strings.TrimRight(body, " \t\r;"))
		if at.Start >= at.End {
			continue
		}
		if start == 0 || text[start-1] != ';' {
			indent = at.Start - start
		}
		if indent == 0 {
			first, _, _ := strings.Cut(strings.TrimPrefix(body, "async "), " ")
			inBody = first == "def" || first == "class" || strings.HasPrefix(body, "@")
		}
		out = append(out, pythonStatement{text[at.Start:at.End], at, indent, inBody})
	}
	return out
}

// logicalLine returns where the statement that starts at pos ends, its comment
// excluded, and where the next one starts.
func logicalLine(text string, pos int) (end, next int) {
	depth := 0
	for pos < len(text) {
		switch c := text[pos]; {
		case c == '#':
			end = pos
			for pos < len(text) && text[pos] != '\n' {
				pos++
			}
			if depth == 0 {
				return end, min(pos+1, len(text))
			}
		case c == '\n' && depth == 0:
			return pos, pos + 1
		case c == '\\':
			pos = min(pos+2, len(text))
			if text[pos-1] == '\r' && strings.HasPrefix(text[pos:], "\n") {
				pos++
			}
		case c == '"' || c == '\'':
			pos = pythonStringEnd(text, pos)
		case c == ';' && depth == 0:
			return pos, pos + 1
		default:
			depth = max(0, depth+bracket(c))
			pos++
		}
	}
	return len(text), len(text)
}

func bracket(c byte) int {
	switch c {
	case '(', '[', '{':
		return 1
	case ')', ']', '}':
		return -1
	}
	return 0
}

// pythonStringEnd returns the offset after the string literal that starts at pos.
func pythonStringEnd(text string, pos int) int {
	quote := text[pos : pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text[pos:], triple) {
		quote = triple
	}
	for i := pos + len(quote); i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case strings.HasPrefix(text[i:], quote):
			return i + len(quote)
		case text[i] == '\n' && len(quote) == 1:
			return i
		}
	}
	return len(text)
}

// assignment reads "name = value". conditional reports one that need not run; ok
// is false for every other statement and within functions.
func (m *pythonModule) assignment(st pythonStatement) (name string, v pythonValue, conditional, ok bool) {
	n := syntax.NameLength(st.text)
	name = st.text[:n]
	rest := strings.TrimLeft(st.text[n:], " \t")
	switch {
	case n == 0 || st.inBody:
		return "", v, false, false
	case compound[name]:
		return m.oneLine(st)
	}
	if rest != "" && strings.IndexByte(":+-*/%|&^@<>,", rest[0]) >= 0 {
		return m.otherAssignment(name, rest, st)
	}
	if !strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "==") {
		return "", v, false, false
	}
	e := &pythonExpr{module: m, text: rest[1:]}
	if v = e.value(); e.blanks() < len(e.text) && v.why == "" {
		v = pythonValue{why: "computed value"}
	}
	m.values[name] = v
	if st.indent > 0 {
		m.values[name] = pythonValue{why: "it is set under a condition"}
	}
	return name, v, st.indent > 0, true
}

// compound are the keywords of statements that hold others.
var compound = map[string]bool{"if": true, "elif": true, "else": true, "for": true, "while": true, "with": true, "try": true, "except": true, "finally": true}

// oneLine reads the assignment in "if condition: name = value".
func (m *pythonModule) oneLine(st pythonStatement) (string, pythonValue, bool, bool) {
	for i := range len(st.text) {
		if st.text[i] != ':' {
			continue
		}
		rest := strings.TrimLeft(st.text[i+1:], " \t")
		n := syntax.NameLength(rest)
		if after := strings.TrimLeft(rest[n:], " \t"); n > 0 && strings.HasPrefix(after, "=") && !strings.HasPrefix(after, "==") {
			v := pythonValue{why: "it is set under a condition"}
			m.values[rest[:n]] = v
			return rest[:n], v, true, true
		}
	}
	return "", pythonValue{}, false, false
}

// otherAssignment covers "name += value", "name: type = value" and "name, other = …".
func (m *pythonModule) otherAssignment(name, rest string, st pythonStatement) (string, pythonValue, bool, bool) {
	if !strings.Contains(rest, "=") {
		return "", pythonValue{}, false, false
	}
	v := pythonValue{why: "computed value"}
	m.values[name] = v
	return name, v, st.indent > 0, true
}

// A pythonExpr reads one expression: numbers, texts, + - * / // %, brackets,
// int(), float(), str(), os.getenv and os.environ.get, "or", earlier names.
type pythonExpr struct {
	module *pythonModule
	text   string
	pos    int
	depth  int
}

func unknownPython(why string) pythonValue { return pythonValue{why: why} }

func pythonNumber(f float64) pythonValue {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return unknownPython("computed value")
	}
	return pythonValue{texts: []string{strconv.FormatFloat(f, 'f', -1, 64)}}
}

func (v pythonValue) number() (float64, bool) {
	if v.why != "" || v.isText || len(v.texts) != 1 {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.texts[0], 64)
	return f, err == nil
}

func (e *pythonExpr) blanks() int {
	for e.pos < len(e.text) && strings.IndexByte(" \t\r\n\\", e.text[e.pos]) >= 0 {
		e.pos++
	}
	return e.pos
}

// take consumes a token if it comes next.
func (e *pythonExpr) take(token string) bool {
	e.blanks()
	if !strings.HasPrefix(e.text[e.pos:], token) {
		return false
	}
	e.pos += len(token)
	return true
}

// value reads an expression with "or", which takes the first true operand.
func (e *pythonExpr) value() pythonValue {
	v := e.sum()
	for e.takeWord("or") {
		w := e.sum()
		if v.why == "" && (len(v.texts) == 0 || v.texts[0] == "" || (!v.isText && v.texts[0] == "0")) {
			v = w
		}
	}
	return v
}

func (e *pythonExpr) takeWord(word string) bool {
	e.blanks()
	if n := syntax.NameLength(e.text[e.pos:]); e.text[e.pos:e.pos+n] != word {
		return false
	}
	e.pos += len(word)
	return true
}

func (e *pythonExpr) sum() pythonValue {
	v := e.product()
	for {
		switch {
		case e.take("+"):
			v = arithmetic(v, e.product(), func(a, b float64) float64 { return a + b })
		case e.take("-"):
			v = arithmetic(v, e.product(), func(a, b float64) float64 { return a - b })
		default:
			return v
		}
	}
}

func (e *pythonExpr) product() pythonValue {
	v := e.operand()
	for {
		switch {
		case e.take("**"):
			e.operand()
			v = unknownPython("computed value")
		case e.take("*"):
			v = arithmetic(v, e.operand(), func(a, b float64) float64 { return a * b })
		case e.take("//"):
			v = arithmetic(v, e.operand(), func(a, b float64) float64 { return math.Floor(a / b) })
		case e.take("/"):
			v = arithmetic(v, e.operand(), func(a, b float64) float64 { return a / b })
		case e.take("%"):
			v = arithmetic(v, e.operand(), func(a, b float64) float64 { return a - b*math.Floor(a/b) })
		default:
			return v
		}
	}
}

func arithmetic(a, b pythonValue, op func(a, b float64) float64) pythonValue {
	if why := firstText(a.why, b.why); why != "" {
		return unknownPython(why)
	}
	x, okX := a.number()
	y, okY := b.number()
	if !okX || !okY {
		return unknownPython("computed value")
	}
	return pythonNumber(op(x, y))
}
