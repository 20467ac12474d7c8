package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

func TestMain(m *testing.M) {
	transaction.Enter()
	trial.Enter()
	if folder := os.Getenv(parseVariable); folder != "" {
		if err := parseTree(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	testscript.Main(m, map[string]func(){
		"tunelint": main,
		// A tunelint with one rule that has a bug.
		"tunelint-panics": func() {
			buggy := &lint.Rule{Name: "test/panics", Severity: lint.Error, Run: func(*lint.Pass) { panic("a bug") }}
			os.Exit(newApp(func() []*lint.Rule { return []*lint.Rule{buggy} }).run(os.Args[1:]))
		},
		// A tunelint with two rules that undo each other's fixes, and a third.
		"tunelint-fights": func() {
			os.Exit(newApp(func() []*lint.Rule {
				return []*lint.Rule{
					setting("test/another", "worker_rlimit_nofile", "1024", "8192"),
					setting("test/too-few", "worker_processes", "2", "4"),
					setting("test/too-many", "worker_processes", "4", "2"),
				}
			}).run(os.Args[1:]))
		},
	})
}

// setting makes a rule that wants another value of a directive.
func setting(name, directive, old, wanted string) *lint.Rule {
	return &lint.Rule{Name: name, Title: "t", Severity: lint.Info, Run: func(p *lint.Pass) {
		if d := p.Host.Nginx.Root.Last(directive); d != nil && d.Arg(0) == old {
			p.Report(d.HeadSpan(), "%s is %s", directive, old).Key("%s", name).Suggest("set "+directive+" to "+wanted, d.SetArg(0, wanted))
		}
	}}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:       "../../testdata/script",
		Setup:     setUpScript,
		Condition: scriptCondition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"json":  isJSON,
			"crlf":  hasCRLF,
			"mode":  hasMode,
			"width": isWithin,
			"plain": isPlain,
		},
	})
}

// setUpScript gives every script a UTF-8 locale, an identity for git, the place of the
// project, and a place of its own for backups.
func setUpScript(e *testscript.Env) error {
	project, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	e.Setenv("PROJECT", project)
	state, err := os.MkdirTemp("", "tunelint-state-*")
	if err != nil {
		return err
	}
	e.Defer(func() { os.RemoveAll(state) })
	e.Setenv("TUNELINT_BACKUP_DIR", state)
	e.Setenv("LC_ALL", "C.UTF-8")
	e.Setenv("GORACE", os.Getenv("GORACE"))
	e.Setenv("PATH", e.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		e.Setenv("GIT_"+who+"_NAME", "t")
		e.Setenv("GIT_"+who+"_EMAIL", "t@example.com")
	}
	return nil
}

// scriptCondition answers [part:NAME]: a real program or right that a script
// needs, and [container]: the machine is surely one. Where CI runs, every part must
// be there.
func scriptCondition(condition string) (bool, error) {
	if condition == "container" {
		return host.FactsHere(source.OS()).Container.Value, nil
	}
	part, ok := strings.CutPrefix(condition, "part:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	var err error
	switch part {
	case "root":
		if os.Geteuid() != 0 {
			err = errors.New("not root")
		}
	case "namespaces":
		err = exec.Command("unshare", "-m", "--propagation", "private", "true").Run()
	default:
		_, err = exec.LookPath(part)
	}
	if err != nil && os.Getenv("CI") != "" {
		return false, fmt.Errorf("%s is needed in CI: %w", part, err)
	}
	return err == nil, nil
}

// exits runs a program and compares its exit code: exits CODE PROGRAM ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var status *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &status) {
		got = status.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// isJSON checks that a file holds JSON and nothing else.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg == json.Valid([]byte(ts.ReadFile(args[0]))) {
		ts.Fatalf("%s: JSON: %v", args[0], neg)
	}
}

// hasCRLF checks that every line of a file ends in CRLF and the last in nothing.
func hasCRLF(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, "\n"); n == 0 || n != strings.Count(text, "\r\n") || strings.HasSuffix(text, "\n") {
		ts.Fatalf("line endings of %s: %q", args[0], text)
	}
}

// hasMode checks the permissions of a file: mode 640 FILE.
func hasMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("mode of %s: %s, want %s", args[1], got, args[0])
	}
}

// isWithin checks that no line is longer: width 80 FILE.
func isWithin(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for _, line := range strings.Split(ts.ReadFile(args[1]), "\n") {
		if n := len([]rune(line)); n > most {
			ts.Fatalf("%d columns: %q", n, line)
		}
	}
}

// isPlain checks that a file holds printable ASCII and line feeds only.
func isPlain(ts *testscript.TestScript, neg bool, args []string) {
	odd := strings.IndexFunc(ts.ReadFile(args[0]), func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') })
	if neg == (odd < 0) {
		ts.Fatalf("%s: plain: %v (byte %d)", args[0], neg, odd)
	}
}
