package appconf

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

// firstPrograms says what a program makes of process 1 when it is started as it.
var firstPrograms = map[string]firstRole{
	"tini": initRole, "docker-init": initRole, "dumb-init": initRole, "catatonit": initRole, "init": initRole,
	"my_init": initRole, "s6-svscan": initRole, "supervisord": initRole,
	"sh": shellRole, "ash": shellRole, "dash": shellRole,
	// exec replaces the process, the others call it or do so with simple commands
	"exec": replacedRole, "env": replacedRole, "nice": replacedRole, "nohup": replacedRole, "stdbuf": replacedRole,
	"gosu": replacedRole, "su-exec": replacedRole,
	"bash": unclearRole, "zsh": unclearRole, "npm": unclearRole, "npx": unclearRole, "pnpm": unclearRole, "yarn": unclearRole,
	"bunx": unclearRole, "poetry": unclearRole, "pipenv": unclearRole, "uv": unclearRole, "bundle": unclearRole, "doppler": unclearRole,
	"dotenvx": unclearRole, "setpriv": unclearRole, "su": unclearRole, "sudo": unclearRole, "runuser": unclearRole, "busybox": unclearRole,
	"newrelic-admin": unclearRole, "opentelemetry-instrument": unclearRole, "ddtrace-run": unclearRole,
}

// A firstRole is what a program does with the command behind it.
type firstRole int

const (
	_ firstRole = iota // any other program: it is process 1 itself
	// initRole stays, and passes signals on to its child.
	initRole
	// shellRole stays, and passes nothing on.
	shellRole
	// replacedRole is replaced by the command.
	replacedRole
	// unclearRole may do either.
	unclearRole
)

// process notes what becomes of process 1 of a container. below reports that
// something stands above the command line already, such as an init of the engine,
// and complete that nothing of the image comes before it.
func (r *reading) process(argv []shellwords.Word, below, complete bool) {
	for i := 0; i < len(argv); i++ {
		name := path.Base(argv[i].Text)
		if f, args := r.shellFile(command{program: name, args: argv[i+1:]}); f != nil && argv[i].Why == "" {
			r.scriptProcess(f, args, below, complete)
			return
		}
		switch role := firstPrograms[name]; {
		case argv[i].Why != "" || argv[i].Operator || role == unclearRole:
			return
		case role == initRole:
			below = true
			i = afterWrapper(argv, i, 0)
		case role == replacedRole:
			i = afterWrapper(argv, i, wrappers[name])
		case role == shellRole:
			r.shell(argv[i:], below, complete)
			return
		case strings.Contains(name, "=") && i > 0: // env NAME=value
		case strings.HasSuffix(name, ".sh") || strings.Contains(name, "entrypoint"):
			return
		default:
			r.stop.First = source.Known(!below, source.Origin{Span: argv[i].At, Assumed: !complete})
			return
		}
	}
}

// shell notes a shell that stays process 1, or the child of an init, and follows
// one whose last command replaces it.
func (r *reading) shell(argv []shellwords.Word, below, complete bool) {
	if len(argv) < 3 || !strings.HasPrefix(argv[1].Text, "-") || !strings.HasSuffix(argv[1].Text, "c") {
		return
	}
	script := argv[2]
	words := shellwords.Split(script.Text, r.env)
	last := 0
	for i, w := range words {
		if shellwords.Separates(w) {
			last = i + 1
		}
	}
	switch {
	case script.Why != "" || strings.Contains(script.Text, "trap"):
	case last < len(words) && words[last].Text == "exec":
		for i := range words {
			words[i].At = script.At
		}
		r.process(words[last:], below, complete)
	case len(words) > 0:
		r.stop.Shell = script.At
		r.stop.First = source.Known(false, source.Origin{Span: script.At, Assumed: !complete})
	}
}

// scriptProcess follows a script that the files hold: the command that starts the
// server replaces it, or the shell stays above.
func (r *reading) scriptProcess(f *source.File, args []shellwords.Word, below, complete bool) {
	if r.processes++; r.processes > maxShellFiles || len(f.Text) > maxScript || strings.Contains(f.Text, "trap") {
		return
	}
	probe := *r
	probe.env = maps.Clone(r.env)
	s := newShell(&probe, f, args)
	s.run()
	switch {
	case s.lost.IsValid() || len(s.starts) != 1:
	case s.replaced && s.starts[0][0].Text == "exec":
		r.process(s.starts[0], below, complete)
	case !s.replaced:
		at := s.starts[0][0].At
		r.stop.Shell = at
		r.stop.First = source.Known(false, source.Origin{Span: at, Assumed: !complete})
	}
}

// argv returns the command line as the engine runs it, shell forms with their
// shell; complete is false where the image below may have an ENTRYPOINT.
func (img *image) argv(args []shellwords.Word) (argv []shellwords.Word, complete bool) {
	complete = img.scratch || img.entrypoint != nil
	if img.entrypoint != nil {
		entry, isExec := img.entrypoint.execForm()
		if !isExec {
			return img.inShell(img.entrypoint), true
		}
		argv = entry
	}
	switch {
	case args != nil:
		return slices.Concat(argv, args), complete
	case img.command == nil:
		return argv, complete
	}
	list, isExec := img.command.execForm()
	if !isExec {
		list = img.inShell(img.command)
	}
	return slices.Concat(argv, list), complete
}

// inShell returns the words that run an instruction in shell form.
func (img *image) inShell(i *instruction) []shellwords.Word {
	shell := []shellwords.Word{{Text: "/bin/sh", At: i.at}, {Text: "-c", At: i.at}}
	if img.shell != nil {
		if own, isExec := img.shell.execForm(); isExec {
			shell = own
		}
	}
	return append(slices.Clone(shell), shellwords.Word{Text: i.text, At: i.at})
}

// defaultStopSignal is what engines send where the image declares nothing.
const defaultStopSignal = "SIGTERM"

// signals are the names of the numbers that people write (signal(7), x86 and ARM).
var signals = map[string]string{"1": "SIGHUP", "2": "SIGINT", "3": "SIGQUIT", "6": "SIGABRT", "9": "SIGKILL", "10": "SIGUSR1", "12": "SIGUSR2", "15": "SIGTERM", "28": "SIGWINCH"}

// readSignalName reads "SIGTERM", "TERM" and "15".
func readSignalName(s string) (string, bool) {
	name := strings.ToUpper(strings.TrimSpace(s))
	if known, ok := signals[name]; ok {
		return known, true
	}
	name = strings.TrimPrefix(name, "SIG")
	letters := strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return "SIG" + name, name != "" && strings.Trim(letters, "0123456789") == "" && len(letters) < len(name)
}

// stopSignal notes the signal of an image, or the one of the engine where neither
// the image nor anything above it says more.
func (r *reading) stopSignal(img *image, engine string) {
	if img != nil && img.stopSignal != nil {
		i := img.stopSignal
		text, why := i.text, ""
		if words := shellwords.Split(i.text, r.env); len(words) == 1 {
			text, why = words[0].Text, words[0].Why
		}
		r.stop.Signal = settingAt(r, shellwords.Word{Text: text, At: i.at, Why: why}, readSignalName)
		return
	}
	scratch := img != nil && img.scratch
	r.stop.Signal = source.Known(defaultStopSignal, source.Origin{Default: engine, Assumed: !scratch})
}

// settingAt returns the value of a word with its place. One that is not understood
// is unknown, and noted.
func settingAt[T any](r *reading, w shellwords.Word, read func(string) (T, bool)) source.Setting[T] {
	why := w.Why
	if why == "" {
		v, ok := read(w.Text)
		if ok {
			return source.Known(v, source.Origin{Span: w.At})
		}
		why = "not a value that is understood"
	}
	r.skips = append(r.skips, source.Skip{Span: w.At, Why: why})
	return source.Setting[T]{}
}
