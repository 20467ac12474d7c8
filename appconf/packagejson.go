package appconf

import (
	"maps"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

func isPackageJSON(r *reading, name string) bool {
	return name == "package.json" && (runsNode(r.family()) || r.family() == "")
}

// collectPackage keeps the scripts of package.json.
func collectPackage(r *reading, f *source.File) {
	entries, err := syntax.JSONEntries(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid JSON")
		return
	}
	if r.packageScripts == nil {
		r.packageScripts = map[string]syntax.KeyValue{}
	}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Key, "scripts:")
		if !ok {
			continue
		}
		if i := strings.Index(e.At.Text(), `":`); i >= 0 {
			e.At.Start += i + len(`":`)
		}
		r.packageScripts[name] = e
	}
}

// packaged returns the commands of the script that "npm start", "npm run NAME",
// "yarn NAME" and "pnpm NAME" stand for; the command itself where it is no such
// one or the script is not known.
func (r *reading) packaged(c command) []command {
	name, more := packageScript(c)
	script, ok := r.packageScripts[name]
	if !ok {
		return []command{c}
	}
	words := shellwords.Split(script.Text, r.env)
	shellwords.Place(words, script.At, script.At.End)
	rest := maps.Clone(r.packageScripts)
	delete(rest, name) // a script that runs itself never ends
	all := r.packageScripts
	r.packageScripts = rest
	defer func() { r.packageScripts = all }()
	return r.commands(append(words, more...))
}

// runsScript reports whether a command stands for a known script.
func (r *reading) runsScript(c command) bool {
	name, _ := packageScript(c)
	_, ok := r.packageScripts[name]
	return ok
}

// packageScript returns the name of the script that a command runs, and what it
// hands to it; "" for other commands.
func packageScript(c command) (name string, more []shellwords.Word) {
	var words []shellwords.Word
	for i, w := range c.args {
		if w.Text == "--" {
			words, more = c.args[:i], c.args[i+1:]
			break
		}
		words = c.args[:i+1]
	}
	for i, w := range words {
		switch {
		case w.Why != "":
			return "", nil
		case strings.HasPrefix(w.Text, "-"):
		case w.Text == "run" || w.Text == "run-script":
		default:
			if c.program == "yarn" || c.program == "pnpm" {
				more = append(append([]shellwords.Word{}, words[i+1:]...), more...)
			}
			if c.program != "npm" && c.program != "yarn" && c.program != "pnpm" {
				return "", nil
			}
			return w.Text, more
		}
	}
	return "", nil
}

// startPackage reads the script "start" where nothing else says how the
// application is started.
func (r *reading) startPackage() {
	script, ok := r.packageScripts["start"]
	if !ok || r.started || r.composed || r.dockerfile != nil {
		return
	}
	words := shellwords.Split(script.Text, r.env)
	shellwords.Place(words, script.At, script.At.End)
	r.runCommand(words)
}
