package appconf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
)

// runCommand reads the command line that starts the server.
func (r *reading) runCommand(words []shellwords.Word) {
	if len(words) == 0 {
		return
	}
	r.started = true
	whole := words[0].At
	if last := words[len(words)-1].At; last.File == whole.File {
		whole.End = max(whole.End, last.End)
	}
	var started []command
	for _, c := range r.commands(r.shellScript(words)) {
		if r.startsServer(c) {
			started = append(started, c)
		}
	}
	switch {
	case len(started) == 1 && r.runsShell(started[0]):
	case len(started) == 1:
		r.commanded = true
		r.commandReader(started[0].program)(r, started[0])
	case r.hasGo: // options reach the server by the program, which is read
	case r.family() != "" && !runsNode(r.family()):
		r.giveUp(whole, fmt.Sprintf("not one %s command that is understood", r.runtimeName()))
	}
}

// shellScript returns the words of SCRIPT in "sh -c SCRIPT".
func (r *reading) shellScript(words []shellwords.Word) []shellwords.Word {
	for i := range words {
		name := words[i].Text[strings.LastIndexByte(words[i].Text, '/')+1:]
		if (name != "sh" && name != "bash" && name != "ash") || i+2 >= len(words) {
			continue
		}
		option, script := words[i+1].Text, words[i+2]
		if !strings.HasPrefix(option, "-") || !strings.HasSuffix(option, "c") {
			continue
		}
		inner := shellwords.Split(script.Text, r.env)
		shellwords.Place(inner, script.At, script.At.End)
		for j := range inner {
			inner[j].Why = firstText(inner[j].Why, script.Why)
		}
		return inner
	}
	return words
}

// runsRuntime reports whether one of the commands starts the application's runtime.
func (r *reading) runsRuntime(commands []command) bool {
	for _, c := range commands {
		if r.commandReader(c.program) != nil && r.isOwnProgram(c) {
			return true
		}
	}
	return false
}

// commandReader returns what reads the arguments of a program, nil for programs
// that are not the application's runtime.
func (r *reading) commandReader(program string) func(*reading, command) {
	switch {
	case r.family() == "gunicorn" && program == "gunicorn":
		return readGunicorn
	case commandServers[r.family()] != nil && program == commandServers[r.family()].program:
		return readCommandServer
	case r.family() == "uwsgi" && program == "uwsgi":
		return readUWSGI
	case r.family() == "puma" && program == "puma":
		return readPuma
	case r.family() == "unicorn" && hasSuffix("/"+program, "/unicorn", "/unicorn_rails"):
		return readUnicorn
	case runsNode(r.family()) && (program == "node" || program == "nodejs"):
		return readNode
	case r.family() == "next" && program == "next":
		return readNext
	case isSpring(r.family()) && program == "java":
		return readJava
	case isHarmless(r.family(), program):
		return readHarmless
	}
	return r.startsProgram(program)
}

// A harmless is a program with the only arguments that decide nothing.
type harmless struct{ program, arguments func() *regexp.Regexp }

// harmlessCommands are the servers whose command line decides nothing as a rule, by
// family.
var harmlessCommands = map[string]harmless{
	"tomcat":  {syntax.Pattern(`^catalina\.sh$`), syntax.Pattern(`^(run|start)$`)},
	"php-fpm": {syntax.Pattern(`^php-fpm[\d.]*$`), syntax.Pattern(`^(-F|--nodaemonize|-R|--allow-to-run-as-root|-O|--force-stderr)$`)},
	"kestrel": {syntax.Pattern(`^dotnet$`), syntax.Pattern(`^[\w./-]+\.dll$`)},
}

func isHarmless(family, program string) bool {
	h, ok := harmlessCommands[family]
	return ok && h.program().MatchString(program)
}

// readHarmless gives up where a command line says more than to start the server.
func readHarmless(r *reading, c command) {
	for _, w := range c.args {
		if w.Why != "" || !harmlessCommands[r.family()].arguments().MatchString(w.Text) {
			r.giveUp(w.At, "the option is not understood")
		}
	}
}

// readNode reads the options of node itself (node --help): only the size of the
// header is a setting of the server.
func readNode(r *reading, c command) {
	if r.family() == "next" {
		r.nextEnvironment()
	}
	for _, w := range c.args {
		if !strings.HasPrefix(w.Text, "-") {
			return // the script: what follows is its own
		}
		r.nodeOption(w)
	}
}

// nodeEnvironment reads the options in NODE_OPTIONS.
func (r *reading) nodeEnvironment() {
	if v, ok := r.env["NODE_OPTIONS"]; ok && runsNode(r.family()) {
		for _, w := range shellwords.Split(v.Text, nil) {
			r.nodeOption(shellwords.Word{Text: w.Text, At: v.At, Why: v.Why})
		}
	}
}

func (r *reading) nodeOption(w shellwords.Word) {
	r.nodeHeap(w)
	value, ok := strings.CutPrefix(strings.ReplaceAll(w.Text, "_", "-"), "--max-http-header-size=")
	if !ok {
		return
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && w.Why == "" {
		r.declare("max_header_size", n, w.At, rankCommand)
	} else {
		r.puzzle("max_header_size", w.At, rankCommand, firstText(w.Why, "not a number"))
	}
}
