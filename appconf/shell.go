package appconf

import (
	"maps"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A shell reads a script of the POSIX shell as far as one thing always follows the
// other. What stands in an if, a loop, a case or a function need not run.
type shell struct {
	*reading
	file *source.File
	// args are $@; argsWhy is not empty when they are not known.
	args    []shellwords.Word
	argsWhy string
	// vars are the variables, those that are not exported included.
	vars map[string]syntax.Variable
	// all reports that every variable is exported (set -a).
	all bool
	// depth counts the blocks around a command, parens those of brackets.
	depth, parens int
	// starts are the commands that start the server, replaced the end of the script.
	starts   [][]shellwords.Word
	replaced bool
	// lost is where nothing more can be told, and why.
	lost    source.Span
	lostWhy string
}

func newShell(r *reading, f *source.File, args []shellwords.Word) *shell {
	return &shell{reading: r, file: f, args: args, vars: maps.Clone(r.env)}
}

// maxLines bounds a command of several lines.
const maxLines = 200

// run reads the script command by command.
func (s *shell) run() {
	text := withoutHereDocuments(s.file.Text)
	for pos := 0; pos < len(text) && !s.replaced && !s.lost.IsValid(); {
		words, end := s.line(text, pos)
		s.commands(words)
		pos = end + 1
	}
}

// line returns the words of the line that starts at pos, with those it goes on to,
// and where it ends.
func (s *shell) line(text string, pos int) (words []shellwords.Word, end int) {
	end = pos
	for n := 0; ; n++ {
		next := strings.IndexByte(text[end:], '\n')
		if next < 0 {
			next = len(text) - end
		}
		end += next
		whole := text[pos:end]
		words = shellwords.Split(whole, s.vars)
		open := strings.HasSuffix(whole, `\`) || slices.ContainsFunc(words, func(w shellwords.Word) bool { return w.Why == shellwords.UnclosedQuote })
		if !open || end >= len(text) || n > maxLines {
			break
		}
		end++
	}
	at := source.Span{File: s.file, Start: pos, End: end}
	shellwords.Place(words, at, end)
	return words, end
}

// hereDocument matches the start of a here-document in a script.
var hereDocument = syntax.Pattern(`(?m)<<(-?)\s*["']?([A-Za-z_]\w*)["']?[^\n]*$`)

// withoutHereDocuments returns the text with blanks in place of here-documents.
func withoutHereDocuments(text string) string {
	out := []byte(text)
	for pos := 0; pos < len(text); {
		m := hereDocument().FindStringSubmatchIndex(text[pos:])
		if m == nil {
			break
		}
		start := pos + m[1] + 1
		if start > len(text) {
			break
		}
		end := afterMarkers(text, start, [][]string{{"", text[pos+m[2] : pos+m[3]], text[pos+m[4] : pos+m[5]]}})
		for i := start; i < end; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
		pos = max(end, start)
	}
	return string(out)
}

// commands reads the commands of one line. What comes after a test and "&&", or
// after "||", need not run.
func (s *shell) commands(words []shellwords.Word) {
	need := true
	for start := 0; start < len(words) && !s.replaced && !s.lost.IsValid(); {
		end := start
		for end < len(words) && !shellwords.Separates(words[end]) {
			end++
		}
		test := s.command(words[start:end], need)
		if end == len(words) {
			return
		}
		switch op := words[end].Text; {
		case op == "||":
			need = false
		case op == "&&":
			need = need && !test
		case op[0] == '(':
			s.parens += len(op)
			s.depth += len(op)
		case op[0] == ')':
			closed := min(s.parens, len(op))
			s.parens -= closed
			s.depth -= closed
		default:
			need = true
		}
		start = end + 1
	}
}

// command reads one command; test reports whether it only asks something.
func (s *shell) command(words []shellwords.Word, need bool) (test bool) {
	words = s.keywords(words)
	if len(words) == 0 {
		return false
	}
	if words[len(words)-1].Raw == "{" {
		s.depth++ // the head of a function
		return false
	}
	need = need && s.depth == 0
	switch name := words[0].Text; name {
	case "[", "[[", "test", "!", "grep", "which":
		return true
	case "export", "readonly", "declare", "typeset", "local":
		s.assign(words[1:], need, name == "export")
	case "unset":
		s.unset(words[1:], need)
	case "set":
		s.set(words[1:], need)
	case "shift":
		s.argsWhy = "the script shifts its arguments"
	case ".", "source", "eval":
		s.sourced(words[0].At)
	case ":":
		s.defaults(words[1:], need)
	case "exit", "return":
		s.replaced = need
	default:
		s.simple(words, need)
	}
	return false
}

// keywords takes the reserved words off a command and counts the blocks.
func (s *shell) keywords(words []shellwords.Word) []shellwords.Word {
	for len(words) > 0 && words[0].Raw == words[0].Text {
		switch words[0].Text {
		case "for", "case", "select":
			s.depth++
			return nil
		case "if", "while", "until", "{":
			s.depth++
		case "then", "else", "elif", "do":
		case "fi", "done", "esac", "}":
			s.depth = max(s.depth-1, s.parens)
		case "function":
			s.depth++
			return nil
		default:
			return words
		}
		words = words[1:]
	}
	return words
}

const unlessCondition = "the script sets it under a condition"

// assign notes NAME=VALUE, in the environment as well when it is exported.
func (s *shell) assign(words []shellwords.Word, need, export bool) {
	for _, w := range words {
		name, value, ok := strings.Cut(w.Text, "=")
		if syntax.NameLength(name) != len(name) || name == "" {
			continue
		}
		v := syntax.Variable{Text: value, At: w.At, Why: firstText(w.Why, positional(w))}
		switch {
		case !ok && !export:
			continue
		case !ok:
			if v, ok = s.vars[name]; !ok {
				continue
			}
		case !need:
			v.Why = unlessCondition
		}
		s.vars[name] = v
		if _, inherited := s.env[name]; export || s.all || inherited {
			s.env[name] = v
		}
	}
}

func (s *shell) unset(words []shellwords.Word, need bool) {
	for _, w := range words {
		delete(s.vars, w.Text)
		delete(s.env, w.Text)
		if !need {
			s.vars[w.Text] = syntax.Variable{At: w.At, Why: unlessCondition}
			s.env[w.Text] = s.vars[w.Text]
		}
	}
}

// set reads "set -- ARGS" and "set -a".
func (s *shell) set(words []shellwords.Word, need bool) {
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case len(w.Text) > 1 && strings.IndexByte("-+", w.Text[0]) >= 0 && strings.HasSuffix(w.Text, "o"):
			i++
			s.all = s.all || (i < len(words) && w.Text[0] == '-' && words[i].Text == "allexport")
		case w.Text == "--" || !strings.HasPrefix(w.Text, "-") && !strings.HasPrefix(w.Text, "+"):
			if w.Text == "--" {
				i++
			}
			if s.args = s.expandArguments(words[i:]); !need {
				s.argsWhy = "the script sets its arguments under a condition"
			}
			return
		case strings.HasPrefix(w.Text, "-") && strings.Contains(w.Text, "a"):
			s.all = true
		}
	}
}

// sourced makes every variable unknown: another file may set it.
func (s *shell) sourced(at source.Span) {
	const why = "a file that is not read may set it"
	for name, v := range s.vars {
		v.Why = why
		s.vars[name] = v
	}
	for name, v := range s.env {
		v.Why = why
		s.env[name] = v
	}
	s.vars[unreadVariable] = syntax.Variable{At: at, Why: why}
	s.env["WEB_CONCURRENCY"] = syntax.Variable{At: at, Why: why}
	s.unreadEnvironment = at
}

// unreadVariable stands among the variables of a script for those that a file may
// set which is not read.
const unreadVariable = ""

var assignDefault = syntax.Pattern(`^\$\{([A-Za-z_]\w*):?=([^${}]*)\}$`)

// defaults reads ": ${NAME:=value}".
func (s *shell) defaults(words []shellwords.Word, need bool) {
	for _, w := range words {
		m := assignDefault().FindStringSubmatch(strings.Trim(w.Raw, `"`))
		if m == nil {
			continue
		}
		if _, known := s.vars[m[1]]; !known {
			s.assign([]shellwords.Word{{Text: m[1] + "=" + m[2], At: w.At}}, need, false)
		}
	}
}

var (
	positionalName = syntax.Pattern(`\$(?:[0-9@*#]|\{[0-9@*#])`)
	variableName   = syntax.Pattern(`\$\{?[A-Za-z_]`)
)

// positional says why a word that names the arguments of the script is not known.
func positional(w shellwords.Word) string {
	if !strings.HasPrefix(w.Raw, "'") && positionalName().MatchString(w.Raw) {
		return "it depends on the arguments of the script"
	}
	return ""
}

// isArguments reports whether a word is all arguments of the script.
func isArguments(w shellwords.Word) bool {
	return slices.Contains([]string{`"$@"`, `$@`, `"${@}"`, `${@}`, `$*`, `${*}`}, w.Raw)
}

// expandArguments puts the arguments of the script in place of "$@".
func (s *shell) expandArguments(words []shellwords.Word) []shellwords.Word {
	var out []shellwords.Word
	_, unread := s.vars[unreadVariable]
	for _, w := range words {
		switch {
		case isArguments(w):
			out = append(out, s.args...)
			continue
		case unread && !strings.HasPrefix(w.Raw, "'") && variableName().MatchString(w.Raw):
			w.Why = firstText(w.Why, s.vars[unreadVariable].Why)
		}
		w.Why = firstText(w.Why, positional(w))
		out = append(out, w)
	}
	return out
}

// simple reads assignments without a command, and commands that are programs.
func (s *shell) simple(words []shellwords.Word, need bool) {
	first := 0
	for first < len(words) && isAssignment(words[first]) {
		first++
	}
	if first == len(words) {
		s.assign(words, need, false)
		return
	}
	whole := words[0].At
	whole.End = max(whole.End, words[len(words)-1].At.End)
	if s.argsWhy != "" && slices.ContainsFunc(words, isArguments) {
		if s.mayStart(words) {
			s.lost, s.lostWhy = whole, s.argsWhy
		}
		return
	}
	expanded := s.expandArguments(words)
	probe := &reading{runtime: s.runtime, shells: s.shells, programs: s.programs, hasPrograms: s.hasPrograms, env: map[string]syntax.Variable{}}
	for _, c := range probe.commands(expanded) {
		switch {
		case !s.startsServer(c):
		case !need:
			s.lost, s.lostWhy = whole, "the script starts the server under a condition"
			return
		default:
			s.starts = append(s.starts, expanded)
		}
	}
	s.replaced = need && words[first].Text == "exec"
}

func isAssignment(w shellwords.Word) bool {
	name, _, ok := strings.Cut(w.Text, "=")
	return ok && name != "" && syntax.NameLength(name) == len(name)
}

// mayStart reports whether a command whose arguments are not known may be the one
// that starts the server: "$@" itself, or a command that does.
func (s *shell) mayStart(words []shellwords.Word) bool {
	probe := &reading{runtime: s.runtime, shells: s.shells, programs: s.programs, hasPrograms: s.hasPrograms, env: map[string]syntax.Variable{}}
	for _, c := range probe.commands(words) {
		if strings.HasPrefix(c.program, "$") || s.startsServer(c) {
			return true
		}
	}
	return false
}
