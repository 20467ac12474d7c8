package shellwords

import (
	"cmp"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Word is one argument of a command line, quotes removed. The zero value is an empty
// one.
type Word struct {
	Text string
	// At is its place, once Place has found it.
	At source.Span
	// Raw is the word as it stands in the command line, quotes included.
	Raw string
	// Operator marks an unquoted ; & | newline or redirection.
	Operator bool
	// Why is not empty when the word depends on a variable nobody knows.
	Why string
}

// Split cuts a command line into words as a POSIX shell does (XCU 2.3):
// quotes, backslashes, comments, operators, and $NAME, ${NAME}, ${NAME:-default}.
// A line that does not end within a quote, or asks what nobody knows, gives words
// whose Why is not empty.
func Split(line string, env map[string]syntax.Variable) []Word {
	return splitter{env: env, line: line}.split()
}

// SplitCompose cuts a command of a compose file, which fills in variables before
// it looks at quotes, from the environment it runs in.
func SplitCompose(line string) []Word { return splitter{line: line, everywhere: true}.split() }

func (s splitter) split() []Word {
	for s.skipBlanks(); s.pos < len(s.line); s.skipBlanks() {
		s.next()
	}
	return s.words
}

type splitter struct {
	env   map[string]syntax.Variable
	line  string
	pos   int
	words []Word
	// everywhere expands variables within single quotes, too.
	everywhere bool
}

func (s *splitter) skipBlanks() {
	for s.pos < len(s.line) {
		switch c := s.line[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == '\\' && strings.HasPrefix(s.line[s.pos:], "\\\n"):
			s.pos += 2
		case c == '#':
			n := strings.IndexByte(s.line[s.pos:], '\n')
			if n < 0 {
				n = len(s.line) - s.pos
			}
			s.pos += n
		default:
			return
		}
	}
}

// next reads one word or operator.
func (s *splitter) next() {
	start := s.pos
	if strings.IndexByte(";&|\n<>()", s.line[start]) >= 0 {
		for s.pos < len(s.line) && s.line[s.pos] == s.line[start] {
			s.pos++
		}
		s.words = append(s.words, Word{Text: s.line[start:s.pos], Raw: s.line[start:s.pos], Operator: true})
		return
	}
	var w Word
	var text strings.Builder
	for s.pos < len(s.line) && strings.IndexByte(" \t\r\n;&|<>()", s.line[s.pos]) < 0 {
		s.part(&w, &text)
	}
	w.Text, w.Raw = text.String(), s.line[start:s.pos]
	s.words = append(s.words, w)
}

// part reads one quoted or unquoted piece of a word.
func (s *splitter) part(w *Word, text *strings.Builder) {
	switch c := s.line[s.pos]; c {
	case '\'', '"':
		s.pos++
		for s.pos < len(s.line) && s.line[s.pos] != c {
			if c == '\'' && !(s.everywhere && s.line[s.pos] == '$') {
				text.WriteByte(s.line[s.pos])
				s.pos++
			} else {
				s.character(w, text, "$`\"\\\n")
			}
		}
		if s.pos == len(s.line) {
			w.Why = UnclosedQuote
		}
		s.pos = min(s.pos+1, len(s.line))
	default:
		s.character(w, text, "")
	}
}

// character reads one character, an escaped one, or a variable. Within double
// quotes a backslash escapes nothing but the characters in escapes.
func (s *splitter) character(w *Word, text *strings.Builder, escapes string) {
	c := s.line[s.pos]
	s.pos++
	switch {
	case c == '\\' && s.pos < len(s.line) && (escapes == "" || strings.IndexByte(escapes, s.line[s.pos]) >= 0):
		if s.line[s.pos] != '\n' {
			text.WriteByte(s.line[s.pos])
		}
		s.pos++
	case c == '$' && strings.HasPrefix(s.line[s.pos:], "("):
		s.pos = afterBrackets(s.line, s.pos)
		w.Why = cmp.Or(w.Why, "it is the output of a command")
	case c == '$':
		value, n, why := Expand(s.line[s.pos:], s.env)
		s.pos += n
		text.WriteString(value)
		if why != "" {
			w.Why = why
		}
	case c == '`':
		w.Why = "it is the output of a command"
	default:
		text.WriteByte(c)
	}
}

// UnclosedQuote is why the last word of a text that goes on is not known.
const UnclosedQuote = "a quote is not closed"

// afterBrackets returns the offset after the bracket that closes the one at pos.
func afterBrackets(s string, pos int) int {
	for depth := 0; pos < len(s); pos++ {
		switch s[pos] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return pos + 1
			}
		}
	}
	return len(s)
}

// Expand returns the value of the variable whose name s starts with, without its
// "$", and the bytes it takes.
func Expand(s string, env map[string]syntax.Variable) (value string, n int, why string) {
	if strings.HasPrefix(s, "$") {
		return "$", 1, "" // compose writes a dollar as $$
	}
	if !strings.HasPrefix(s, "{") {
		n = syntax.NameLength(s)
		if n == 0 {
			return "$", 0, ""
		}
		return lookup(s[:n], "", false, env, n)
	}
	end := closingBrace(s)
	name := syntax.NameLength(s[1:])
	if end == len(s) || name == 0 {
		return "", min(end+1, len(s)), "a variable is not understood"
	}
	rest := s[1+name : end]
	if fallback, ok := strings.CutPrefix(strings.TrimPrefix(rest, ":"), "-"); ok && !strings.Contains(fallback, "$") {
		return lookup(s[1:1+name], fallback, true, env, end+1)
	}
	if rest != "" {
		return "", end + 1, "a variable is not understood"
	}
	return lookup(s[1:1+name], "", false, env, end+1)
}

// closingBrace returns the offset of the brace that closes the first one of s, the
// length of s without one.
func closingBrace(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s)
}

func lookup(name, fallback string, hasFallback bool, env map[string]syntax.Variable, n int) (string, int, string) {
	switch v, ok := env[name]; {
	case ok && v.Why == "" && (v.Text != "" || !hasFallback):
		return v.Text, n, ""
	case hasFallback && !ok:
		return fallback, n, ""
	}
	return "", n, "it depends on the environment variable " + name
}

// Place gives every word its place in a file: they stand there in order, from
// an offset on, with nothing but blanks, quotes and separators between them. A
// word that is spelt otherwise there, by YAML escapes, gets the place of the whole.
func Place(words []Word, whole source.Span, limit int) {
	at := whole.Start
	text := whole.File.Text[:max(min(limit, len(whole.File.Text)), at)]
	for i := range words {
		words[i].At = whole
		if start := wordStart(text, at, words[i].Raw); start >= 0 {
			at = start + len(words[i].Raw)
			words[i].At = source.Span{File: whole.File, Start: start, End: at}
		}
	}
}

// wordStart returns where a word stands after nothing but what may lie between
// words: blanks, quotes, the header of a YAML block; -1 when it does not.
func wordStart(text string, at int, raw string) int {
	for ; at < len(text); at++ {
		if strings.HasPrefix(text[at:], raw) {
			return at
		}
		if strings.IndexByte(" \t\r\n\"'>|-+\\0123456789", text[at]) < 0 {
			break
		}
	}
	return -1
}

// Separates reports whether an operator ends a command; a redirection does not.
func Separates(w Word) bool { return w.Operator && w.Text[0] != '<' && w.Text[0] != '>' }
