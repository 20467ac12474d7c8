package appconf

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

// isShellFile recognises scripts of the shell that start an application.
func isShellFile(_ *reading, name string) bool {
	return hasSuffix(name, ".sh") || name == "entrypoint" || name == "docker-entrypoint"
}

// maxShellFiles bounds how many scripts call one another.
const maxShellFiles = 5

// shellFile returns the script among the files that a command runs, with the
// arguments it is given: "entrypoint.sh ARGS", "bash -e entrypoint.sh ARGS".
func (r *reading) shellFile(c command) (f *source.File, args []shellwords.Word) {
	name, args := c.program, c.args
	if slices.Contains([]string{"sh", "bash", "ash", "dash"}, name) {
		for len(args) > 0 && strings.HasPrefix(args[0].Text, "-") && !strings.HasSuffix(args[0].Text, "c") {
			args = args[1:]
		}
		if len(args) == 0 {
			return nil, nil
		}
		name, args = path.Base(args[0].Text), args[1:]
	}
	for _, f := range r.shells {
		if path.Base(f.Path) == name {
			return f, args
		}
	}
	return nil, nil
}

// runShells runs a script that no other file starts.
func runShells(r *reading, files []*source.File) {
	switch {
	case len(files) == 0 || r.shellRuns > 0 || r.commanded:
	case len(files) > 1:
		r.giveUp(source.Span{File: files[0]}, "several scripts, and which of them starts the application is not known")
	default:
		s := newShell(r, files[0], nil)
		s.argsWhy = "what the script is given is not known"
		r.runShell(s)
	}
}

// runShell reads a script and the command in it that starts the server.
func (r *reading) runShell(s *shell) {
	if r.shellRuns++; r.shellRuns > maxShellFiles {
		r.giveUp(source.Span{File: s.file}, "scripts call one another too often")
		return
	}
	if len(s.file.Text) > maxScript {
		r.giveUp(source.Span{File: s.file}, "too large to be read as source")
		return
	}
	s.run()
	switch {
	case s.lost.IsValid():
		r.giveUp(s.lost, s.lostWhy)
	case len(s.starts) == 1:
		r.runCommand(s.starts[0])
	case len(s.starts) > 1:
		r.giveUp(s.starts[1][0].At, "several commands of the script start the server")
	case !runsNode(r.family()) && !r.hasGo:
		r.giveUp(source.Span{File: s.file}, "no "+r.runtimeName()+" command that is understood")
	}
}

// runsShell reads the script that a command runs, and reports whether it runs one.
func (r *reading) runsShell(c command) bool {
	f, args := r.shellFile(c)
	if f != nil {
		r.runShell(newShell(r, f, args))
	}
	return f != nil
}

// startsServer reports whether a command is one that runCommand reads.
func (r *reading) startsServer(c command) bool {
	if f, _ := r.shellFile(c); f != nil {
		return true
	}
	return r.commandReader(c.program) != nil && r.isOwnProgram(c)
}

// isOwnProgram reports whether a command is no Python program, or one of those
// that start a server: the others migrate databases.
func (r *reading) isOwnProgram(c command) bool {
	if !isPython(c.program) {
		return true
	}
	for _, w := range c.args {
		if !strings.HasPrefix(w.Text, "-") {
			return w.Why == "" && slices.Contains(r.programs, path.Base(w.Text))
		}
	}
	return false
}
