package pyexpr

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Call is one call with its named arguments.
type Call struct {
	// At is the place from the name to the closing bracket.
	At source.Span
	// Named are the arguments by name, and their Raw is what is written for them.
	Named map[string]Argument
	// Spread is an argument such as **options; invalid for none.
	Spread source.Span
	// Conditional reports whether the call need not run when the program does.
	Conditional bool
}

// An Argument is one "name=value".
type Argument struct {
	Value Value
	Raw   string
	At    source.Span
}

// PlainCode returns the text with blanks in place of strings and comments.
func PlainCode(text string) string { return blankPython(text, true) }

// blankPython returns the text with blanks in place of comments, and of strings
// when these are unwanted, too.
func blankPython(text string, texts bool) string {
	out := []byte(text)
	for pos := 0; pos < len(text); {
		end := pos
		switch text[pos] {
		case '#':
			for end < len(text) && text[end] != '\n' {
				end++
			}
		case '"', '\'':
			if end = pythonStringEnd(text, pos); !texts {
				pos = max(end, pos+1)
				continue
			}
		default:
			pos++
			continue
		}
		syntax.Blank(out[pos:end])
		pos = max(end, pos+1)
	}
	return string(out)
}

// Calls returns the calls of functions by any of names, "uvicorn.run" for one, the
// first most of them.
func (m *Module) Calls(names []string, most int) []Call {
	code := PlainCode(m.File.Text)
	statements := m.Statements()
	m.Assignments(statements)
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, regexp.QuoteMeta(n))
	}
	call := regexp.MustCompile(`(?:^|[^\w.])(?:` + strings.Join(quoted, "|") + `)\s*\(`)
	var out []Call
	for _, at := range call.FindAllStringIndex(code, most) {
		start := at[0]
		if !strings.ContainsAny(code[start:start+1], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") {
			start++
		}
		if before := strings.TrimRight(code[:start], " \t"); strings.HasSuffix(before, "def") || strings.HasSuffix(before, "class") {
			continue
		}
		out = append(out, m.call(code, start, at[1], statements))
	}
	return out
}

// call reads the arguments that start after a bracket.
func (m *Module) call(code string, start, open int, statements []Statement) Call {
	i := slices.IndexFunc(statements, func(st Statement) bool { return st.At.End > start })
	c := Call{Named: map[string]Argument{}}
	scope, text := m, blankPython(m.File.Text, false)
	if i >= 0 {
		c.Conditional = IsConditional(statements, i)
		if statements[i].InBody {
			scope = m.Constants()
		}
	}
	end := open
	for end < len(code) && code[end] != ')' {
		from := end
		end = argumentEnd(code, from)
		scope.argument(&c, text, from, end)
		if end < len(code) && code[end] == ',' {
			end++
		}
	}
	c.At = source.Span{File: m.File, Start: start, End: min(end+1, len(code))}
	return c
}

// argumentEnd returns where an argument ends: at a comma or the closing bracket.
func argumentEnd(code string, pos int) int {
	for depth := 0; pos < len(code); pos++ {
		if depth == 0 && (code[pos] == ',' || code[pos] == ')') {
			return pos
		}
		depth += syntax.Bracket(code[pos])
	}
	return pos
}

// argument reads one argument into a call.
func (m *Module) argument(c *Call, code string, start, end int) {
	text := code[start:end]
	start += len(text) - len(strings.TrimLeft(text, " \t\r\n\\"))
	text = strings.TrimSpace(code[start:max(start, end)])
	at := source.Span{File: m.File, Start: start, End: start + len(text)}
	n := syntax.NameLength(text)
	rest := strings.TrimLeft(text[n:], " \t")
	switch {
	case strings.HasPrefix(text, "*"):
		c.Spread = at
	case n > 0 && strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		e := &Expr{Module: m, Text: rest[1:]}
		v := e.Value()
		if e.Blanks() < len(e.Text) && v.Why == "" {
			v = Unknown("computed value")
		}
		c.Named[text[:n]] = Argument{v, strings.TrimSpace(rest[1:]), at}
	}
}

var mainGuard = regexp.MustCompile(`^if\s+__name__\s*==\s*['"]__main__['"]\s*:`)

// IsConditional reports whether a statement need not run when its program or its
// function does: it hangs on an if, a loop or a handler.
func IsConditional(statements []Statement, i int) bool {
	indent := statements[i].indent
	if startsCondition(statements[i]) {
		return true
	}
	for i--; i >= 0 && indent > 0; i-- {
		if statements[i].indent >= indent {
			continue
		}
		indent = statements[i].indent
		if startsCondition(statements[i]) {
			return true
		}
	}
	return false
}

// startsCondition reports whether a statement holds others that need not run. A
// program that is started itself runs what "if __name__" holds.
func startsCondition(st Statement) bool {
	word := st.Text[:syntax.NameLength(st.Text)]
	return slices.Contains([]string{"if", "elif", "else", "for", "while", "except", "match", "case"}, word) && !mainGuard.MatchString(st.Text)
}

// Assignments notes what the names of the module stand for. One that is given
// several values stands for none; what "if __name__" holds counts.
func (m *Module) Assignments(statements []Statement) {
	times := map[string]int{}
	for i, st := range statements {
		if st.indent > 0 && !st.InBody && !IsConditional(statements, i) {
			st.indent = 0
		}
		if name, _, _, ok := m.Assignment(st); ok {
			if times[name]++; times[name] > 1 {
				m.Values[name] = Unknown(name + " has several values")
			}
		}
	}
}

var constantInBody = regexp.MustCompile(`^_?[A-Z][A-Z0-9_]*$`)

// Constants returns the module as functions see it, whose own variables may hide
// names that are not written in capitals.
func (m *Module) Constants() *Module {
	out := *m
	out.Values = map[string]Value{}
	for name, v := range m.Values {
		if constantInBody.MatchString(name) {
			out.Values[name] = v
		}
	}
	return &out
}
