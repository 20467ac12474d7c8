package appconf

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

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
	args    []shellwords.Word
	// whole is the place of the program and all its arguments.
	whole source.Span
}

// commands cuts words at the shell's operators and strips wrappers. Variables
// that are set on the way enter the environment.
func (r *reading) commands(words []shellwords.Word) []command {
	var out []command
	for start := 0; start < len(words); {
		end := start
		for end < len(words) && !shellwords.Separates(words[end]) {
			end++
		}
		if c := r.command(words[start:end]); c.program != "" {
			out = append(out, r.packaged(c)...)
		}
		start = end + 1
	}
	return out
}

func (r *reading) command(words []shellwords.Word) command {
	for i := 0; i < len(words); i++ {
		name, value, isAssignment := strings.Cut(words[i].Text, "=")
		program := path.Base(words[i].Text)
		skip, isWrapper := wrappers[program]
		switch {
		case isAssignment && name != "" && syntax.NameLength(name) == len(name):
			r.env[name] = syntax.Variable{Text: value, At: words[i].At, Why: words[i].Why}
		case isPython(program) && i+1 < len(words) && words[i+1].Text == "-m":
			i++
		case isWrapper && !r.runsScript(command{program: program, args: words[i+1:]}):
			i = afterWrapper(words, i, skip)
		case strings.HasPrefix(program, "-") || words[i].Operator:
			return command{}
		default:
			whole := words[i].At
			whole.End = max(whole.End, words[len(words)-1].At.End)
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
func afterWrapper(words []shellwords.Word, i, skip int) int {
	for i+1 < len(words) {
		switch next := words[i+1].Text; {
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
func (r *reading) options(args []shellwords.Word, flags []flag, prefixes bool, rank int) {
	found := map[string]declaration{}
	for i := 0; i < len(args); i++ {
		f, value, glued := matchFlag(args[i], flags, prefixes)
		if f == nil {
			continue
		}
		at := args[i].At
		if !glued {
			if i++; i >= len(args) {
				break
			}
			value = args[i]
			at.End = max(at.End, value.At.End)
		}
		switch {
		case f.name == "listen" && value.Why == "":
			r.listens(value.Text)
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

func optionValue(f *flag, value shellwords.Word, at source.Span, rank int) declaration {
	d := declaration{name: f.name, text: value.Text, at: at, rank: rank, why: value.Why}
	if f.read == nil || d.why != "" {
		return d
	}
	number, ok := f.read(value.Text)
	if d.number, d.text = number, ""; !ok {
		d.why = "not a number that is understood"
	}
	return d
}

// matchFlag returns the flag a word is, and its value when that is in the same word.
func matchFlag(w shellwords.Word, flags []flag, prefixes bool) (f *flag, value shellwords.Word, glued bool) {
	if long, ok := strings.CutPrefix(w.Text, "--"); ok {
		name, text, glued := strings.Cut(long, "=")
		return longFlag(name, flags, prefixes), shellwords.Word{Text: text, At: w.At, Why: w.Why}, glued
	}
	if len(w.Text) < 2 || w.Text[0] != '-' {
		return nil, shellwords.Word{}, false
	}
	for i := range flags {
		if flags[i].short == w.Text[1:2] {
			text := strings.TrimPrefix(w.Text[2:], "=")
			return &flags[i], shellwords.Word{Text: text, At: w.At, Why: w.Why}, len(w.Text) > 2
		}
	}
	return nil, shellwords.Word{}, false
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
