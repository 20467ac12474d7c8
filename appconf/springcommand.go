package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
)

// A springArgument is a property on the command line; why is not empty when its
// value is not known.
type springArgument struct {
	syntax.KeyValue
	rank int
	why  string
}

// readJava reads the properties on the command line of java: -Dname=value before
// the program, --name=value after it.
func readJava(r *reading, c command) {
	program := false
	r.defaultHeap()
	for i := 0; i < len(c.args); i++ {
		w := c.args[i]
		switch {
		case w.Why != "" && !strings.Contains(w.Text, "="):
			r.giveUp(w.At, "the options are not known: "+w.Why)
		case program && strings.HasPrefix(w.Text, "--"):
			r.springOption(strings.TrimPrefix(w.Text, "--"), w, rankSpringArgument)
		case program:
		case r.heapOption(w):
		case strings.HasPrefix(w.Text, "-D"):
			r.springOption(strings.TrimPrefix(w.Text, "-D"), w, rankSystemProperty)
		case w.Text == "-jar":
			i++
			program = true
		case w.Text == "-cp", w.Text == "-classpath", w.Text == "--class-path":
			i++
		case !strings.HasPrefix(w.Text, "-"):
			program = true
		}
	}
}

func (r *reading) springOption(text string, w shellwords.Word, rank int) {
	name, value, _ := strings.Cut(text, "=")
	switch canonical(name) {
	case "spring.profiles.active":
		if old, ok := r.env[springActive]; !ok || rank > rankSystemProperty || old.Why != "" {
			r.env[springActive] = syntax.Variable{Text: value, At: w.At, Why: w.Why}
		}
		return
	case "spring.config.location", "spring.config.additionallocation", "spring.config.import", "spring.application.json":
		r.giveUp(w.At, "properties come from "+name+", which is not read")
		return
	}
	r.springArguments = append(r.springArguments, springArgument{syntax.KeyValue{Key: name, Text: value, At: w.At}, rank, w.Why})
}
