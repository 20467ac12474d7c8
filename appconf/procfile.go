package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

func isProcfile(_ *reading, name string) bool { return name == "Procfile" }

// readProcfile reads the process type named like the application, else web.
func readProcfile(r *reading, f *source.File) {
	lines := map[string]source.Span{}
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		name, rest, ok := strings.Cut(line.Text(), ":")
		if ok && !strings.HasPrefix(name, "#") {
			line.Start = line.End - len(rest)
			lines[strings.TrimSpace(name)] = line
		}
	}
	line, ok := lines[r.app]
	if !ok {
		line, ok = lines["web"]
	}
	if !ok {
		r.giveUp(source.Span{File: f}, "no process type web or "+r.app)
		return
	}
	words := shellwords.Split(line.Text(), r.env)
	shellwords.Place(words, line, line.End)
	r.runCommand(words)
}
