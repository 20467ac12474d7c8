package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// faultyFiles are a machine with contradictions. The safe fixes edit five files in four
// folders, two of which nginx includes whole, and make a new file in a new folder.
var faultyFiles = map[string]string{
	"etc/nginx/nginx.conf": "user www-data;\npid /run/nginx.pid;\nevents {\n    worker_connections 1024;\n}\nhttp {\n" +
		"    proxy_connect_timeout 90s;\n    include /etc/nginx/conf.d/*.conf;\n    include /etc/nginx/sites-enabled/*;\n}\n",
	"etc/nginx/conf.d/api.conf": "upstream api {\n    server 127.0.0.1:9000;\n    keepalive 16;\n}\n" +
		"server {\n    listen 8082;\n    location / {\n        proxy_pass http://api;\n    }\n}\n",
	"etc/nginx/conf.d/plain.conf":       "server_tokens off;\n",
	"etc/nginx/sites-available/shop":    "server {\n    listen 8080 backlog=8192;\n    location / {\n        proxy_pass http://api;\n    }\n}\n",
	"etc/nginx/sites-enabled/static":    "server {\n    listen 8081;\n    root /srv;\n    proxy_connect_timeout 80s;\n}\n",
	"etc/security/limits.d/web.conf":    "www-data soft nofile 65536\nwww-data hard nofile 4096\n",
	"etc/systemd/system/nginx.service":  "[Service]\nExecStart=/usr/sbin/nginx\nType=forking\nPIDFile=/run/nginx.pid\n",
	"srv/app/gunicorn.conf.py":          "bind = '127.0.0.1:9000'\nkeepalive = 20\n",
	"etc/nginx/conf.d/.hidden":          "no include reads this",
	"etc/nginx/sites-available/archive": "nobody includes this\n",
	"tunelint.yaml":                     "version: 1\nhosts:\n  - name: web\n    root: .\n    nginx: {version: 1.22.1}\n    kernel: \"6.1\"\n",
}

// faultyLinks are the symbolic links of that machine.
var faultyLinks = map[string]string{"etc/nginx/sites-enabled/shop": "../sites-available/shop"}

// A rig is a throw-away tree and a state folder beside it.
type rig struct {
	dir, root, state string
	program          string
	args             []string         // of every run that reads the tree
	prepare          func(*rig) error // makes the tree what it shall be besides, nil for nothing
	inPlace          []string         // files that are written over, and may be torn for a moment
	before           snapshot
	after            snapshot // what the printed diff makes of it
}

// newRig makes the machine that faultyFiles describe.
func newRig(t testing.TB) *rig {
	t.Helper()
	return rigIn(t, quickFolder(t))
}

func rigIn(t testing.TB, dir string) *rig {
	t.Helper()
	m := &rig{dir: dir, root: filepath.Join(dir, "root"), state: filepath.Join(dir, "state"), program: program(t), args: []string{"--validate", "none"}}
	m.build(t)
	return m
}

// build makes the tree anew and forgets the state.
func (m *rig) build(t testing.TB) {
	t.Helper()
	must(t, os.RemoveAll(m.root))
	must(t, os.RemoveAll(m.state))
	m.fill(t)
	if m.prepare != nil {
		must(t, m.prepare(m))
	}
	m.settle(t)
}

// fill makes the files of the tree.
func (m *rig) fill(t testing.TB) {
	t.Helper()
	for name, text := range faultyFiles {
		m.write(t, name, text)
	}
	for name, target := range faultyLinks {
		must(t, os.Symlink(target, filepath.Join(m.root, name)))
	}
}

// newLinkedRig makes a rig in which one of the files has a further name.
func newLinkedRig(t testing.TB) *rig {
	t.Helper()
	m := newRig(t)
	m.prepare, m.inPlace = linkedBeside(shopFile, "srv/shop"), []string{shopFile, "srv/shop"}
	m.build(t)
	return m
}

// settle takes the tree as it is for the state before.
func (m *rig) settle(t testing.TB) {
	t.Helper()
	m.before = takeSnapshot(t, m.root)
	m.after = nil
}

// write writes a file of the tree, with a time that no later write can have.
func (m *rig) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(m.root, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
	long := time.Date(2024, 2, 3, 4, 5, 6, 789, time.UTC)
	must(t, os.Chtimes(path, long, long))
}

func (m *rig) path(name string) string { return filepath.Join(m.root, name) }

// command returns a run of the program in the tree.
func (m *rig) command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(m.program, args...)
	cmd.Dir = m.root
	cmd.Env = append(os.Environ(), "HOME="+m.dir, "XDG_STATE_HOME="+m.dir, "LC_ALL=C.UTF-8")
	return cmd
}

// fixArgs are the arguments of the run that writes. nginx is asked by other tests.
func (m *rig) fixArgs(more ...string) []string {
	args := append([]string{"fix", "--write", "--yes", "--backup-dir", m.state}, m.args...)
	return append(args, more...)
}

// A ran is how a program ended.
type ran struct {
	code           int // -1 for one that a signal ended
	stdout, stderr string
}

// run runs the program to its end.
func (m *rig) run(t testing.TB, args ...string) ran {
	t.Helper()
	return finish(t, m.command(t, args...))
}

func finish(t testing.TB, cmd *exec.Cmd) ran {
	t.Helper()
	return start(t, cmd)()
}

// start starts a program; what it returns waits for its end.
func start(t testing.TB, cmd *exec.Cmd) func() ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	must(t, cmd.Start())
	return func() ran {
		t.Helper()
		err := cmd.Wait()
		var status *exec.ExitError
		if err != nil && !errors.As(err, &status) {
			t.Fatal(err)
		}
		return ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	}
}

// promised returns the tree as the printed diff makes it, by git's understanding of the
// diff: bytes as in the diff, all else as before.
func (m *rig) promised(t testing.TB) snapshot {
	t.Helper()
	if m.after == nil {
		r := m.run(t, append([]string{"fix", "--backup-dir", m.state}, m.args...)...)
		if r.code != exitFindings {
			t.Fatalf("the dry run exits with %d: %s", r.code, r.stderr)
		}
		m.after = m.patched(t, r.stdout)
	}
	return m.after
}

// patched applies a diff to a copy of the tree.
func (m *rig) patched(t testing.TB, diff string) snapshot {
	t.Helper()
	copied := filepath.Join(m.dir, "copied")
	must(t, os.RemoveAll(copied))
	for name, e := range m.before {
		path := filepath.Join(copied, name)
		if e.mode.IsRegular() {
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, os.WriteFile(path, []byte(e.text), 0o644))
		}
	}
	apply := exec.Command("git", "apply", "--whitespace=nowarn", "-")
	apply.Dir, apply.Stdin = copied, strings.NewReader(diff)
	apply.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+m.dir)
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v: %s\n%s", err, out, diff)
	}
	after := m.before.clone()
	for name, e := range takeSnapshot(t, copied) {
		switch old, ok := m.before[name]; {
		case !ok:
			after[name] = e.fresh()
		case e.mode.IsRegular() && old.text != e.text:
			for _, other := range strings.Fields(old.names) {
				both := m.before[other]
				both.text, both.changed = e.text, true
				after[other] = both
			}
		}
	}
	must(t, os.RemoveAll(copied))
	return after
}

// redated is a promised tree with the times of the tree as it was built.
func (m *rig) redated(promised snapshot) snapshot {
	out := promised.clone()
	for name, e := range out {
		if was, ok := m.before[name]; ok && !e.changed {
			e.modified = was.modified
			out[name] = e
		}
	}
	return out
}

// outcome says which of the two trees is there: "before", "after" or what is wrong.
func (m *rig) outcome(t testing.TB) string {
	t.Helper()
	now := takeSnapshot(t, m.root)
	asBefore := m.before.differences(now)
	if len(asBefore) == 0 {
		return "before"
	}
	asAfter := m.promised(t).differences(now)
	if len(asAfter) == 0 {
		return "after"
	}
	if len(asAfter) < len(asBefore) {
		return "after but:\n\t" + strings.Join(asAfter, "\n\t")
	}
	return "before but:\n\t" + strings.Join(asBefore, "\n\t")
}

// wants fails the test unless the tree is in one of the states.
func (m *rig) wants(t testing.TB, states ...string) {
	t.Helper()
	got := m.outcome(t)
	for _, s := range states {
		if got == s {
			return
		}
	}
	t.Errorf("the tree is not as %s, it is %s", strings.Join(states, " or "), got)
}

// quickFolder returns an empty folder, in memory where that can be had: the tests
// write a great deal and the program syncs all of it.
func quickFolder(t testing.TB) string {
	t.Helper()
	if info, err := os.Stat("/dev/shm"); err != nil || !info.IsDir() {
		return openFolder(t, "")
	}
	return openFolder(t, "/dev/shm")
}

// openFolder returns an empty folder that every user may enter, unlike a test's usual one.
func openFolder(t testing.TB, in string) string {
	t.Helper()
	dir, err := os.MkdirTemp(in, "tunelint-*")
	must(t, err)
	t.Cleanup(func() { removeHard(dir) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// removeHard removes a folder, also what was made immutable in it.
func removeHard(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || d.Type().IsRegular()) {
			_ = setFlags(path, 0)
		}
		return nil
	})
	_ = os.RemoveAll(dir) // best effort: a test's own folder
}

// program returns a name of the test's own binary under which it is the program. A link
// would be followed by those that ask for the name of what runs.
func program(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	file := filepath.Join(openFolder(t, ""), "tunelint")
	if os.Link(self, file) != nil {
		text, err := os.ReadFile(self)
		must(t, err)
		must(t, os.WriteFile(file, text, 0o755))
	}
	return file
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
