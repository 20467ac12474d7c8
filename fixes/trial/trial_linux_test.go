package trial

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// insideVariable is set in the process whose mounts and network are the tests' own.
const insideVariable = "TRIAL_INSIDE"

// TestMain runs the tests where no name resolves, every address is free and what
// nginx writes by default is empty. What they leave there goes away with it.
func TestMain(m *testing.M) {
	Enter()
	if len(os.Args) > 2 && os.Args[1] == askedWord {
		asked(os.Args[2])
		return
	}
	if conf := os.Getenv(hangVariable); conf != "" {
		hang(conf)
		return
	}
	if dir := os.Getenv(userVariable); dir != "" {
		askAsUser(dir)
		return
	}
	if os.Getenv(insideVariable) == "" && os.Geteuid() == 0 {
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Args[0] = os.Args[0]
		cmd.Env = append(os.Environ(), insideVariable+"=1")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		var status *exec.ExitError
		if err := cmd.Run(); err == nil || errors.As(err, &status) {
			os.Exit(cmd.ProcessState.ExitCode())
		}
	}
	if os.Getenv(insideVariable) != "" {
		if err := emptyPlaces(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// places are where nginx writes by default.
var places = [...]string{"/run", "/var/log", "/var/lib/nginx", "/var/cache", "/dev/shm"}

func emptyPlaces() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	for _, folder := range places {
		if _, err := os.Stat(folder); err != nil {
			continue
		}
		if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "mode=0755"); err != nil {
			return err
		}
	}
	return os.Mkdir("/var/log/nginx", 0o755)
}

// need skips a test that needs a real nginx in a file system of its own.
func need(t *testing.T) {
	t.Helper()
	realpart.Need(t, "nginx")
	if os.Getenv(insideVariable) == "" {
		realpart.Lacking(t, "permission to make a mount namespace (root)")
	}
}

// tree writes files below a folder, in whose text DIR is that folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// installed is a trial of the nginx on PATH.
func installed(t *testing.T, conf string) *Trial {
	t.Helper()
	need(t)
	return &Trial{Program: nginxtest.Installed(t).Command(t), Conf: conf}
}

// change is one file as it shall be.
func change(t *testing.T, path, text string) fixes.Change {
	t.Helper()
	old, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return fixes.Change{File: source.NewFile(path, ""), Text: text}
	}
	if err != nil {
		t.Fatal(err)
	}
	return fixes.Change{File: &source.File{Path: path, Text: string(old), Mode: 0o644}, Text: text}
}

// twice asks about the files as they are and as changed.
func twice(t *testing.T, tr *Trial, changes ...fixes.Change) (before, after Verdict) {
	t.Helper()
	before, err := tr.Ask(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if after, err = tr.Ask(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	return before, after
}

const goodMain = "events {}\nhttp {\n\tserver { listen 127.0.0.1:18099; }\n\tinclude DIR/b.conf;\n}\n"

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name                 string
		main, other, changed string
		want                 Judgement
		after                string
	}{
		{name: "accepted", main: goodMain, other: "\n", changed: "keepalive_timeout 1s;\n", want: Accepted},
		{name: "worse, behind an absolute include", main: goodMain, other: "\n", changed: "keepalive_tmeout 1s;\n", want: Worse, after: "keepalive_tmeout"},
		{name: "repaired", main: goodMain, other: "keepalive_tmeout 1s;\n", changed: "keepalive_timeout 1s;\n", want: Accepted},
		{name: "same complaint a line below", main: goodMain, other: "bogus on;\n", changed: "\nbogus on;\n", want: Undecided, after: "bogus"},
		{name: "new complaint in the changed file", main: goodMain, other: "bogus on;\n", changed: "other on;\n", want: Worse, after: "other"},
		{
			name: "next complaint elsewhere", main: "events {}\nhttp {\n\tinclude DIR/b.conf;\n\tbogus on;\n}\n",
			other: "other on;\n", changed: "\n", want: Undecided, after: "bogus",
		},
		{
			name: "syntax error instead of a missing user", main: "user no-such-user;\nevents {}\nhttp { include DIR/b.conf; }\n",
			other: "\n", changed: "bogus on;\n", want: Undecided, after: "getpwnam",
		},
		{
			name: "syntax error before a missing log folder", main: "events {}\nhttp { access_log /no/such/folder/a.log; include DIR/b.conf; }\n",
			other: "\n", changed: "bogus on;\n", want: Worse, after: "bogus",
		},
		{
			name: "the rest of a repaired file is as it was", main: goodMain, other: "bogus on;\n", changed: "access_log /no/such/folder/a.log;\n",
			want: Undecided, after: "/no/such/folder",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string]string{"nginx.conf": c.main, "b.conf": c.other})
			tr, other := installed(t, filepath.Join(dir, "nginx.conf")), filepath.Join(dir, "b.conf")
			changes := []fixes.Change{change(t, other, c.changed)}
			before, after := twice(t, tr, changes...)
			if got := Judge(before, after, changes, nil); got != c.want || !strings.Contains(after.Complaint, c.after) {
				t.Errorf("judgement %d, want %d about %q: before %v, after %v", got, c.want, c.after, before, after)
			}
			if text, _ := os.ReadFile(other); string(text) != c.other {
				t.Errorf("the live file changed: %q", text)
			}
		})
	}
}
