package appconf

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A word is one argument of a command line, quotes removed.
type word struct {
	text string
	at   source.Span
	// raw is the word as it stands in the command line, quotes included.
	raw string
	// operator marks an unquoted ; & | newline or redirection.
	operator bool
	// why is not empty when the word depends on a variable nobody knows.
	why string
}

// split cuts a command line into words as a POSIX shell does (XCU 2.3):
// quotes, backslashes, comments, operators, and $NAME, ${NAME}, ${NAME:-default}.
func split(line string, env map[string]syntax.Variable) []word {
	return splitter{env: env, line: line}.split()
}

// splitCompose cuts a command of a compose file, which fills in variables before
// it looks at quotes, from the environment it runs in.
func splitCompose(line string) []word { return splitter{line: line, everywhere: true}.split() }

func (s splitter) split() []word {
	for s.skipBlanks(); s.pos < len(s.line); s.skipBlanks() {
		s.next()
	}
	return s.words
}

type splitter struct {
	env   map[string]syntax.Variable
	line  string
	pos   int
	words []word
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
		s.words = append(s.words, word{text: s.line[start:s.pos], raw: s.line[start:s.pos], operator: true})
		return
	}
	var w word
	var text strings.Builder
	for s.pos < len(s.line) && strings.IndexByte(" \t\r\n;&|<>()", s.line[s.pos]) < 0 {
		s.part(&w, &text)
	}
	w.text, w.raw = text.String(), s.line[start:s.pos]
	s.words = append(s.words, w)
}

// part reads one quoted or unquoted piece of a word.
func (s *splitter) part(w *word, text *strings.Builder) {
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
			w.why = unclosedQuote
		}
		s.pos = min(s.pos+1, len(s.line))
	default:
		s.character(w, text, "")
	}
}

// character reads one character, an escaped one, or a variable. Within double
// quotes a backslash escapes nothing but the characters in escapes.
func (s *splitter) character(w *word, text *strings.Builder, escapes string) {
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
		w.why = firstText(w.why, "it is the output of a command")
	case c == '$':
		value, n, why := expand(s.line[s.pos:], s.env)
		s.pos += n
		text.WriteString(value)
		if why != "" {
			w.why = why
		}
	case c == '`':
		w.why = "it is the output of a command"
	default:
		text.WriteByte(c)
	}
}

// unclosedQuote is why the last word of a text that goes on is not known.
const unclosedQuote = "a quote is not closed"

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

// expand returns the value of the variable whose name s starts with, without its
// "$", and the bytes it takes.
func expand(s string, env map[string]syntax.Variable) (value string, n int, why string) {
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

// place gives every word its place in a file: they stand there in order, from
// an offset on, with nothing but blanks, quotes and separators between them. A
// word that is spelt otherwise there, by YAML escapes, gets the place of the whole.
func place(words []word, whole source.Span, limit int) {
	at := whole.Start
	text := whole.File.Text[:max(min(limit, len(whole.File.Text)), at)]
	for i := range words {
		words[i].at = whole
		if start := wordStart(text, at, words[i].raw); start >= 0 {
			at = start + len(words[i].raw)
			words[i].at = source.Span{File: whole.File, Start: start, End: at}
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

// wrappers are programs that run the program named after them, with the number
// of further words that belong to each, options aside.
var wrappers = map[string]int{
	"exec": 0, "env": 0, "command": 0, "nohup": 0, "setsid": 0, "nice": 0, "stdbuf": 0,
	"tini": 0, "dumb-init": 0, "gosu": 1, "su-exec": 1, "catchsegv": 0,
	"newrelic-admin": 1, "opentelemetry-instrument": 0, "ddtrace-run": 0,
	"poetry": 1, "uv": 1, "pipenv": 1, "bundle": 1, "doppler": 1, "dotenvx": 1,
	"npx": 0, "pnpm": 1, "yarn": 0, "bunx": 0,
}

// A command is one program with its arguments.
type command struct {
	program string // base name; "" when there is none
	args    []word
	// whole is the place of the program and all its arguments.
	whole source.Span
}

// commands cuts words at the shell's operators and strips wrappers. Variables
// that are set on the way enter the environment.
func (r *reading) commands(words []word) []command {
	var out []command
	for start := 0; start < len(words); {
		end := start
		for end < len(words) && !separates(words[end]) {
			end++
		}
		if c := r.command(words[start:end]); c.program != "" {
			out = append(out, r.packaged(c)...)
		}
		start = end + 1
	}
	return out
}

// separates reports whether an operator ends a command; a redirection does not.
func separates(w word) bool { return w.operator && w.text[0] != '<' && w.text[0] != '>' }

func (r *reading) command(words []word) command {
	for i := 0; i < len(words); i++ {
		name, value, isAssignment := strings.Cut(words[i].text, "=")
		program := path.Base(words[i].text)
		skip, isWrapper := wrappers[program]
		switch {
		case isAssignment && name != "" && syntax.NameLength(name) == len(name):
			r.env[name] = syntax.Variable{Text: value, At: words[i].at, Why: words[i].why}
		case isPython(program) && i+1 < len(words) && words[i+1].text == "-m":
			i++
		case isWrapper && !r.runsScript(command{program: program, args: words[i+1:]}):
			i = afterWrapper(words, i, skip)
		case strings.HasPrefix(program, "-") || words[i].operator:
			return command{}
		default:
			whole := words[i].at
			whole.End = max(whole.End, words[len(words)-1].at.End)
			return command{program, words[i+1:], whole}
		}
	}
	return command{}
}

// isPython reports whether a program is a Python interpreter, whose -m MODULE
// runs a module as a program.
func isPython(program string) bool {
	return strings.TrimRight(program, "0123456789.") == "python"
}

// afterWrapper returns the index of the last word that belongs to the wrapper at i.
func afterWrapper(words []word, i, skip int) int {
	for i+1 < len(words) {
		switch next := words[i+1].text; {
		case strings.HasPrefix(next, "-"), strings.Trim(next, "0123456789") == "":
		case skip > 0:
			skip--
		default:
			return i
		}
		i++
	}
	return i
}

// A flag is one option of a command line.
type flag struct {
	long  string // without dashes
	short string // one letter; "" for none
	name  string // the setting; "" when it is none
	read  func(string) (int64, bool)
}

// options reads the known flags of a command line; the last of several wins.
// With prefixes, as in Python's argparse, a long option may be cut short as long
// as it fits one flag only.
func (r *reading) options(args []word, flags []flag, prefixes bool, rank int) {
	found := map[string]declaration{}
	for i := 0; i < len(args); i++ {
		f, value, glued := matchFlag(args[i], flags, prefixes)
		if f == nil {
			continue
		}
		at := args[i].at
		if !glued {
			if i++; i >= len(args) {
				break
			}
			value = args[i]
			at.End = max(at.End, value.at.End)
		}
		switch {
		case f.name == "listen" && value.why == "":
			r.listens(value.text)
		case f.name != "" && f.name != "listen":
			found[f.name] = optionValue(f, value, at, rank)
		}
	}
	for _, f := range flags {
		if d, ok := found[f.name]; ok {
			delete(found, f.name)
			r.declared = append(r.declared, d)
		}
	}
}

func optionValue(f *flag, value word, at source.Span, rank int) declaration {
	d := declaration{name: f.name, text: value.text, at: at, rank: rank, why: value.why}
	if f.read == nil || d.why != "" {
		return d
	}
	number, ok := f.read(value.text)
	if d.number, d.text = number, ""; !ok {
		d.why = "not a number that is understood"
	}
	return d
}

// matchFlag returns the flag a word is, and its value when that is in the same word.
func matchFlag(w word, flags []flag, prefixes bool) (f *flag, value word, glued bool) {
	if long, ok := strings.CutPrefix(w.text, "--"); ok {
		name, text, glued := strings.Cut(long, "=")
		return longFlag(name, flags, prefixes), word{text: text, at: w.at, why: w.why}, glued
	}
	if len(w.text) < 2 || w.text[0] != '-' {
		return nil, word{}, false
	}
	for i := range flags {
		if flags[i].short == w.text[1:2] {
			text := strings.TrimPrefix(w.text[2:], "=")
			return &flags[i], word{text: text, at: w.at, why: w.why}, len(w.text) > 2
		}
	}
	return nil, word{}, false
}

func longFlag(name string, flags []flag, prefixes bool) *flag {
	var found *flag
	for i := range flags {
		f := &flags[i]
		switch {
		case f.long == name:
			return f
		case prefixes && len(name) > 1 && strings.HasPrefix(f.long, name):
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}
