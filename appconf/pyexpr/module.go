package pyexpr

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Module is a Python file of which only plain assignments are understood.
type Module struct {
	File *source.File
	// Env is the environment it runs in.
	Env map[string]syntax.Variable
	// CPUs is how many the kernel has; 0 for not known.
	CPUs int
	// Values are those of the names assigned so far; not nil.
	Values map[string]Value
}

// A Statement is one logical line, or a part of it between semicolons.
type Statement struct {
	Text   string
	At     source.Span
	indent int
	// InBody reports whether it stands within a function or class.
	InBody bool
}

// A Value is a number or a text, or a list of them. Why is not empty when
// it is not known. The zero value is None.
type Value struct {
	Texts  []string
	IsText bool
	Why    string
}

// Statements cuts the file into logical lines (Python reference, 2.1):
// brackets, backslashes and triple quotes join lines.
func (m *Module) Statements() []Statement {
	var out []Statement
	text, inBody, indent := m.File.Text, false, 0
	for pos := 0; pos < len(text); {
		start := pos
		end, next := logicalLine(text, pos)
		pos = next
		body := strings.TrimLeft(text[start:end], " \t\f")
		at := source.Span{File: m.File, Start: end - len(body), End: end}
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
		out = append(out, Statement{text[at.Start:at.End], at, indent, inBody})
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
			depth = max(0, depth+syntax.Bracket(c))
			pos++
		}
	}
	return len(text), len(text)
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

// Assignment reads "name = value". conditional reports one that need not run; ok
// is false for every other statement and within functions.
func (m *Module) Assignment(st Statement) (name string, v Value, conditional, ok bool) {
	n := syntax.NameLength(st.Text)
	name = st.Text[:n]
	rest := strings.TrimLeft(st.Text[n:], " \t")
	switch {
	case n == 0 || st.InBody:
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
	e := &Expr{Module: m, Text: rest[1:]}
	if v = e.Value(); e.Blanks() < len(e.Text) && v.Why == "" {
		v = Value{Why: "computed value"}
	}
	m.Values[name] = v
	if st.indent > 0 {
		m.Values[name] = Value{Why: "it is set under a condition"}
	}
	return name, v, st.indent > 0, true
}

// compound are the keywords of statements that hold others.
var compound = map[string]bool{"if": true, "elif": true, "else": true, "for": true, "while": true, "with": true, "try": true, "except": true, "finally": true}

// oneLine reads the assignment in "if condition: name = value".
func (m *Module) oneLine(st Statement) (string, Value, bool, bool) {
	for i := range len(st.Text) {
		if st.Text[i] != ':' {
			continue
		}
		rest := strings.TrimLeft(st.Text[i+1:], " \t")
		n := syntax.NameLength(rest)
		if after := strings.TrimLeft(rest[n:], " \t"); n > 0 && strings.HasPrefix(after, "=") && !strings.HasPrefix(after, "==") {
			v := Value{Why: "it is set under a condition"}
			m.Values[rest[:n]] = v
			return rest[:n], v, true, true
		}
	}
	return "", Value{}, false, false
}

// otherAssignment covers "name += value", "name: type = value" and "name, other = …".
func (m *Module) otherAssignment(name, rest string, st Statement) (string, Value, bool, bool) {
	if !strings.Contains(rest, "=") {
		return "", Value{}, false, false
	}
	v := Value{Why: "computed value"}
	m.Values[name] = v
	return name, v, st.indent > 0, true
}

// An Expr reads one expression: numbers, texts, + - * / // %, brackets,
// int(), float(), str(), os.getenv and os.environ.get, "or", earlier names.
type Expr struct {
	Module *Module
	Text   string
	pos    int
	depth  int
}

// Unknown returns a value that is not known, and why.
func Unknown(why string) Value { return Value{Why: why} }

func pythonNumber(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Unknown("computed value")
	}
	return Value{Texts: []string{strconv.FormatFloat(f, 'f', -1, 64)}}
}

func (v Value) number() (float64, bool) {
	if v.Why != "" || v.IsText || len(v.Texts) != 1 {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.Texts[0], 64)
	return f, err == nil
}

// Blanks skips blanks and returns where the rest of the text starts.
func (e *Expr) Blanks() int {
	for e.pos < len(e.Text) && strings.IndexByte(" \t\r\n\\", e.Text[e.pos]) >= 0 {
		e.pos++
	}
	return e.pos
}

// take consumes a token if it comes next.
func (e *Expr) take(token string) bool {
	e.Blanks()
	if !strings.HasPrefix(e.Text[e.pos:], token) {
		return false
	}
	e.pos += len(token)
	return true
}

// Value reads an expression with "or", which takes the first true operand.
func (e *Expr) Value() Value {
	v := e.sum()
	for e.takeWord("or") {
		w := e.sum()
		if v.Why == "" && (len(v.Texts) == 0 || v.Texts[0] == "" || (!v.IsText && v.Texts[0] == "0")) {
			v = w
		}
	}
	return v
}

func (e *Expr) takeWord(word string) bool {
	e.Blanks()
	if n := syntax.NameLength(e.Text[e.pos:]); e.Text[e.pos:e.pos+n] != word {
		return false
	}
	e.pos += len(word)
	return true
}

func (e *Expr) sum() Value {
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

func (e *Expr) product() Value {
	v := e.operand()
	for {
		switch {
		case e.take("**"):
			e.operand()
			v = Unknown("computed value")
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

func arithmetic(a, b Value, op func(a, b float64) float64) Value {
	if why := cmp.Or(a.Why, b.Why); why != "" {
		return Unknown(why)
	}
	x, okX := a.number()
	y, okY := b.number()
	if !okX || !okY {
		return Unknown("computed value")
	}
	return pythonNumber(op(x, y))
}
