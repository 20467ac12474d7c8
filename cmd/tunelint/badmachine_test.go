package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tunelint/tunelint/source/realpart"
)

// badPlaces are files of a machine that somebody may have ruined.
var badPlaces = map[string]string{
	"sysctl":  "etc/sysctl.d/50-bad.conf",
	"limits":  "etc/security/limits.d/50-bad.conf",
	"unit":    "usr/lib/systemd/system/nginx.service",
	"drop-in": "etc/systemd/system/nginx.service.d/50-bad.conf",
	"system":  "etc/systemd/system.conf",
}

// A badFile is a way to ruin one.
type badFile struct {
	make func(name string) error
	// code and says are the exit code and what is printed, by place or for all ("").
	code map[string]int
	says map[string]string
}

// Exit codes and words that most ways have in common.
var (
	everywhere = map[string]int{"": exitIncomplete}
	found      = map[string]int{"": exitFindings}
	unreadable = map[string]string{"": `tunelint/unreadable-file`}
	syntax     = map[string]string{"": `files/limits-syntax`, "sysctl": `kernel/syntax-error`}
)

func writes(text string) func(string) error {
	return func(name string) error { return os.WriteFile(name, []byte(text), 0o644) }
}

func badFiles() map[string]badFile {
	return map[string]badFile{
		"garbage":       {writes(garbage(200_000)), found, syntax},
		"NUL bytes":     {writes(strings.Repeat("\x00", 100_000)), found, syntax},
		"invalid UTF-8": {writes("\xff\xfe\x80 = 1\n* soft nofile \xff\n[Service]\nLimitNOFILE=\xff\n"), found, syntax},
		"terminal":      {writes("\x1b]0;x\a\x1b[31m 5\n[Serv\x1b[31mice\n"), found, syntax},
		"prose":         {writes(strings.Repeat("a letter to nobody\n[prose\n", 20_000)), found, syntax},
		"long line": {writes("x" + strings.Repeat("a", 10_000_000) + "\n"), map[string]int{"": exitFindings, "limits": exitClean},
			map[string]string{"": `files/limits-syntax`, "sysctl": `kernel/syntax-error`, "limits": `1 value not evaluated`}},
		"too large": {func(name string) error { return errors.Join(writes("")(name), os.Truncate(name, 65<<20)) }, everywhere, unreadable},
		"loop":      {func(name string) error { return os.Symlink(filepath.Base(name), name) }, everywhere, unreadable},
		"pipe":      {func(name string) error { return syscall.Mkfifo(name, 0o644) }, everywhere, unreadable},
		// Repositories are full of links that only a machine completes.
		"dangling": {func(name string) error { return os.Symlink("nowhere", name) }, map[string]int{"": exitClean}, map[string]string{"": `1 value not evaluated`}},
		"folder":   {func(name string) error { return os.Mkdir(name, 0o755) }, map[string]int{"": exitFindings, "sysctl": exitIncomplete}, map[string]string{"": `files/file-not-read`, "sysctl": `unreadable-file`}},
	}
}

// garbage returns random bytes, the same every time.
func garbage(n int) string {
	random := rand.New(rand.NewPCG(5, 6))
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(random.IntN(256))
	}
	return string(out)
}

// Whatever a file holds or is, a check tells of it in a few printable lines and in no
// time, and so do the pictures of what the files decide.
func TestBadMachine(t *testing.T) {
	for kind, bad := range badFiles() {
		for place, file := range badPlaces {
			t.Run(kind+"/"+place, func(t *testing.T) {
				root := badRoot(t)
				if err := bad.make(filepath.Join(root, file)); err != nil {
					t.Fatal(err)
				}
				r := runTunelint(t, root, "check", "--root", root)
				r.wants(t, byPlace(bad.code, place), byPlace(bad.says, place))
				for _, key := range []string{"net.core.somaxconn", "nofile"} {
					runTunelint(t, root, "show", "effective", key, "--root", root)
				}
			})
		}
	}
}

// A file of the largest size that is read takes no memory for what is nothing in it.
func TestLargeFile(t *testing.T) {
	root := badRoot(t)
	if err := writes(strings.Repeat("# x\n", 16<<20))(filepath.Join(root, badPlaces["sysctl"])); err != nil {
		t.Fatal(err)
	}
	runTunelint(t, root, "check", "--root", root).wants(t, exitClean, "")
}

// A name can hold what a terminal obeys.
func TestBadNames(t *testing.T) {
	root := badRoot(t)
	for _, dir := range []string{"etc/sysctl.d", "etc/security/limits.d", "etc/systemd/system/nginx.service.d"} {
		for _, name := range []string{"\n::error::x.conf", "\x1b[31m.conf", "\xff\xfe.conf", "\u202e.conf"} {
			if err := writes("no line of any\n[Service\n")(filepath.Join(root, dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	runTunelint(t, root, "check", "--root", root, "--max-findings", "0").wants(t, exitFindings, `\\x1b\[31m\.conf`)
	runTunelint(t, root, "show", "files", "--root", root).wants(t, exitClean, `\\x1b\[31m\.conf`)
}

// Without the rights to read a file the check is incomplete, and says so.
func TestForbiddenFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
	realpart.Need(t, "setpriv")
	for place, file := range badPlaces {
		root := badRoot(t)
		name := filepath.Join(root, file)
		if err := errors.Join(writes("x")(name), os.Chmod(name, 0)); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(t.TempDir(), "tunelint")
		if err := os.Symlink(os.Args[0], link); err != nil {
			t.Fatal(err)
		}
		r := run(t, root, "setpriv", "setpriv", "--bounding-set=-dac_override,-dac_read_search", link, "check", "--root", root)
		r.wants(t, exitIncomplete, regexp.QuoteMeta(filepath.Base(file))+`.* cannot be read: permission denied`)
		if t.Failed() {
			t.Fatal(place)
		}
	}
}

func byPlace[T any](m map[string]T, place string) T {
	if v, ok := m[place]; ok {
		return v
	}
	return m[""]
}

// badRoot is a machine to be ruined.
func badRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, file := range badPlaces {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "etc/nginx"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writes("events {}\nhttp {}\n")(filepath.Join(root, "etc/nginx/nginx.conf")); err != nil {
		t.Fatal(err)
	}
	return root
}

// A bounded is what a program did that had to end soon and to say little.
type bounded struct {
	code   int
	output string
}

// runTunelint runs this program with the arguments.
func runTunelint(t *testing.T, dir string, args ...string) bounded {
	t.Helper()
	return run(t, dir, os.Args[0], append([]string{"tunelint"}, args...)...)
}

// run runs a program under a name, and checks what holds of every run.
func run(t *testing.T, dir, program string, args ...string) bounded {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Args, cmd.Dir = args, dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) || ctx.Err() != nil {
		t.Fatalf("%q: %v %v", args, err, ctx.Err())
	}
	r := bounded{cmd.ProcessState.ExitCode(), out.String()}
	odd := func(c rune) bool { return c != '\n' && unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }
	switch {
	case r.code > exitIncomplete:
		t.Errorf("%q exits with %d: %s", args, r.code, r.output)
	case len(r.output) > 40_000:
		t.Errorf("%q prints %d bytes", args, len(r.output))
	case !utf8.ValidString(r.output) || strings.ContainsFunc(r.output, odd):
		t.Errorf("%q prints what a terminal may obey: %q", args, r.output)
	}
	return r
}

func (r bounded) wants(t *testing.T, code int, says string) {
	t.Helper()
	if r.code != code || !regexp.MustCompile(says).MatchString(r.output) {
		t.Errorf("exit code %d, want %d and %q:\n%s", r.code, code, says, r.output)
	}
}
