package appconf

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A pythonCall is one call with its named arguments.
type pythonCall struct {
	at source.Span
	// named are the arguments by name, and raw what is written for them.
	named map[string]pythonArgument
	// spread is an argument such as **options; invalid for none.
	spread source.Span
	// conditional reports whether the call need not run when the program does.
	conditional bool
}

// A pythonArgument is one "name=value".
type pythonArgument struct {
	value pythonValue
	raw   string
	at    source.Span
}

// plainCode returns the text with blanks in place of strings and comments.
func plainCode(text string) string { return blankPython(text, true) }

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
		blank(out[pos:end])
		pos = max(end, pos+1)
	}
	return string(out)
}

// calls returns the calls of functions by any of names, "uvicorn.run" for one.
func (m *pythonModule) calls(names []string) []pythonCall {
	code := plainCode(m.file.Text)
	statements := m.statements()
	m.assignments(statements)
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, regexp.QuoteMeta(n))
	}
	call := regexp.MustCompile(`(?:^|[^\w.])(?:` + strings.Join(quoted, "|") + `)\s*\(`)
	var out []pythonCall
	for _, at := range call.FindAllStringIndex(code, maxEndpoints+1) {
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
func (m *pythonModule) call(code string, start, open int, statements []pythonStatement) pythonCall {
	i := slices.IndexFunc(statements, func(st pythonStatement) bool { return st.at.End > start })
	c := pythonCall{named: map[string]pythonArgument{}}
	scope, text := m, blankPython(m.file.Text, false)
	if i >= 0 {
		c.conditional = isConditional(statements, i)
		if statements[i].inBody {
			scope = m.constants()
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
	c.at = source.Span{File: m.file, Start: start, End: min(end+1, len(code))}
	return c
}

// argumentEnd returns where an argument ends: at a comma or the closing bracket.
func argumentEnd(code string, pos int) int {
	for depth := 0; pos < len(code); pos++ {
		if depth == 0 && (code[pos] == ',' || code[pos] == ')') {
			return pos
		}
		depth += bracket(code[pos])
	}
	return pos
}

// argument reads one argument into a call.
func (m *pythonModule) argument(c *pythonCall, code string, start, end int) {
	text := code[start:end]
	start += len(text) - len(strings.TrimLeft(text, " \t\r\n\\"))
	text = strings.TrimSpace(code[start:max(start, end)])
	at := source.Span{File: m.file, Start: start, End: start + len(text)}
	n := syntax.NameLength(text)
	rest := strings.TrimLeft(text[n:], " \t")
	switch {
	case strings.HasPrefix(text, "*"):
		c.spread = at
	case n > 0 && strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		e := &pythonExpr{module: m, text: rest[1:]}
		v := e.value()
		if e.blanks() < len(e.text) && v.why == "" {
			v = unknownPython("computed value")
		}
		c.named[text[:n]] = pythonArgument{v, strings.TrimSpace(rest[1:]), at}
	}
}

var mainGuard = regexp.MustCompile(`^if\s+__name__\s*==\s*['"]__main__['"]\s*:`)

// isConditional reports whether a statement need not run when its program or its
// function does: it hangs on an if, a loop or a handler.
func isConditional(statements []pythonStatement, i int) bool {
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
func startsCondition(st pythonStatement) bool {
	word := st.text[:syntax.NameLength(st.text)]
	return slices.Contains([]string{"if", "elif", "else", "for", "while", "except", "match", "case"}, word) && !mainGuard.MatchString(st.text)
}

// assignments notes what the names of the module stand for. One that is given
// several values stands for none; what "if __name__" holds counts.
func (m *pythonModule) assignments(statements []pythonStatement) {
	times := map[string]int{}
	for i, st := range statements {
		if st.indent > 0 && !st.inBody && !isConditional(statements, i) {
			st.indent = 0
		}
		if name, _, _, ok := m.assignment(st); ok {
			if times[name]++; times[name] > 1 {
				m.values[name] = unknownPython(name + " has several values")
			}
		}
	}
}

var constantInBody = regexp.MustCompile(`^_?[A-Z][A-Z0-9_]*$`)

// constants returns the module as functions see it, whose own variables may hide
// names that are not written in capitals.
func (m *pythonModule) constants() *pythonModule {
	out := *m
	out.values = map[string]pythonValue{}
	for name, v := range m.values {
		if constantInBody.MatchString(name) {
			out.values[name] = v
		}
	}
	return &out
}
