package rubyexpr

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Statement is one statement of a configuration file written in Ruby:
// a name and what follows it.
type Statement struct {
	Name, Rest string
	At         source.Span
	// Conditional reports whether it stands within a block or has a condition.
	Conditional bool
}

// rubyOpening are the words that begin a block which "end" closes.
var rubyOpening = map[string]bool{"if": true, "unless": true, "while": true, "until": true, "case": true, "begin": true, "def": true, "class": true, "module": true, "for": true}

// Statements cuts a file into statements. why is not empty when its structure
// is not understood.
func Statements(f *source.File) (out []Statement, why string) {
	depth, text := 0, f.Text
	for pos := 0; pos < len(text); {
		if next, isComment := rubyComment(text, pos); isComment {
			pos = next
			continue
		}
		start := pos
		end, next, ok := rubyLine(text, pos)
		if !ok {
			return nil, "Ruby that is not understood"
		}
		pos = next
		body := strings.TrimSpace(text[start:end])
		if body == "" {
			continue
		}
		start += strings.Index(text[start:end], body)
		at := source.Span{File: f, Start: start, End: start + len(body)}
		opens, closes := rubyBlock(body)
		if depth -= closes; depth < 0 {
			return nil, "Ruby that is not understood"
		}
		n := syntax.NameLength(body)
		out = append(out, Statement{body[:n], body[n:], at, depth > 0 || rubyModifier(body)})
		depth += opens
	}
	if depth != 0 {
		return nil, "Ruby that is not understood"
	}
	return out, ""
}

// rubyComment skips a block comment and what follows __END__.
func rubyComment(text string, pos int) (next int, ok bool) {
	lineStart := pos == 0 || text[pos-1] == '\n'
	switch {
	case lineStart && strings.HasPrefix(text[pos:], "__END__"):
		return len(text), true
	case lineStart && strings.HasPrefix(text[pos:], "=begin"):
		end := strings.Index(text[pos:], "\n=end")
		if end < 0 {
			return len(text), true
		}
		return pos + end + len("\n=end"), true
	}
	return pos, false
}

// rubyLine returns where the statement that starts at pos ends, its comment
// excluded, and where the next one starts. Open brackets and a comma or backslash
// at the end join lines.
func rubyLine(text string, pos int) (end, next int, ok bool) {
	depth, last := 0, byte(0)
	for ; pos < len(text); pos++ {
		c := text[pos]
		switch {
		case c == '\n' && depth == 0 && last != ',' && last != '\\', c == ';' && depth == 0:
			return pos, pos + 1, true
		case c == '#':
			end = pos
			for pos < len(text) && text[pos] != '\n' {
				pos++
			}
			if depth == 0 && last != ',' {
				return end, min(pos+1, len(text)), true
			}
		case c == '"' || c == '\'':
			if pos = rubyStringEnd(text, pos); pos < 0 {
				return 0, 0, false
			}
			last = c
			continue
		case c == '`' || strings.HasPrefix(text[pos:], "<<~") || strings.HasPrefix(text[pos:], "<<-"):
			return 0, 0, false
		default:
			depth += syntax.Bracket(c)
		}
		if strings.IndexByte(" \t\r\n", c) < 0 {
			last = c
		}
	}
	return len(text), len(text), depth == 0
}

// rubyStringEnd returns the offset of the closing quote, -1 when it is not on the
// same line.
func rubyStringEnd(text string, pos int) int {
	for i := pos + 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			i++
		case text[pos]:
			return i
		}
	}
	return -1
}

// rubyBlock counts the blocks a statement opens and closes.
func rubyBlock(body string) (opens, closes int) {
	words := strings.Fields(Unquoted(body))
	if len(words) == 0 {
		return 0, 0
	}
	for i, w := range words {
		switch {
		case rubyOpening[w] && (i == 0 || strings.HasSuffix(words[i-1], "=")), w == "do":
			opens++
		case w == "end" || strings.HasPrefix(w, "end."):
			if opens > 0 {
				opens--
			} else {
				closes++
			}
		}
	}
	switch words[0] { // a branch closes one and opens the next
	case "else", "elsif", "when", "rescue", "ensure", "in":
		closes, opens = closes+1, opens+1
	}
	return opens, closes
}

// rubyModifier reports whether a statement runs under a condition that it names.
func rubyModifier(body string) bool {
	for i, w := range strings.Fields(Unquoted(body)) {
		switch w {
		case "if", "unless", "while", "until", "and", "or", "rescue", "then", "&&":
			return true
		case "end":
			return i > 0
		}
	}
	return false
}

// Unquoted returns a statement without the text of its strings.
func Unquoted(body string) string {
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		b.WriteByte(body[i])
		if body[i] != '"' && body[i] != '\'' {
			continue
		}
		if end := rubyStringEnd(body, i); end > 0 {
			i = end
		}
	}
	return b.String()
}

// rubyTricks set what this reader does not see.
var rubyTricks = []string{"instance_eval", "instance_exec", "eval(", "eval ", ".send", "public_send", "__send__", "instance_variable_set", "method(", "load ", "load(", "define_method", "import "}

// Trick returns the place of the first word by which a file may set what is not seen
// here, such as instance_eval; false where there is none.
func Trick(f *source.File) (source.Span, bool) {
	for _, trick := range rubyTricks {
		if i := strings.Index(f.Text, trick); i >= 0 {
			return source.Span{File: f, Start: i, End: i + len(trick)}, true
		}
	}
	return source.Span{}, false
}
