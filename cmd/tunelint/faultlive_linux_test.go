package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source/realpart"
)

// namespaceVariable names the test that runs in a mount namespace of its own.
const namespaceVariable = "TUNELINT_TEST_NAMESPACE"

// inNamespace runs a test again, in a process whose mounts are its own, and reports
// whether this is that process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(namespaceVariable) == t.Name() {
		return true
	}
	needRoot(t)
	realpart.Need(t, "unshare")
	if err := exec.Command("unshare", "-m", "--propagation", "private", "true").Run(); err != nil {
		realpart.Lacking(t, "mount namespaces")
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command("unshare", "-m", "--propagation", "private", self, "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.v", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), namespaceVariable+"="+t.Name())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in the namespace: %v", err)
	}
	return false
}

// quietPlaces are where nginx -t would leave traces.
var quietPlaces = []string{"/run", "/var/log/nginx", "/var/lib/nginx", "/var/cache/nginx"}

// liveRig puts the tree in the place of this machine's: "/" is read-only but for the
// folders of the tree, and where nginx and tunelint keep things there is nothing yet.
func liveRig(t *testing.T) *rig {
	t.Helper()
	realpart.Need(t, "nginx")
	m := newRig(t)
	must(t, os.Remove(m.path("tunelint.yaml")))
	bind := func(from, to string, flags uintptr) { must(t, syscall.Mount(from, to, "", syscall.MS_BIND|flags, "")) }
	must(t, os.MkdirAll(m.path("etc/sysctl.d"), 0o755))
	m.write(t, "etc/sysctl.d/50-web.conf", "net.ipv4.tcp_fin_timeout = 30\n")
	for _, folder := range quietPlaces {
		if _, err := os.Stat(folder); err == nil {
			must(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "mode=755"))
		}
	}
	must(t, syscall.Mount("tmpfs", "/var/backups", "tmpfs", 0, "mode=755"))
	bind(os.TempDir(), os.TempDir(), 0)
	must(t, syscall.Mount("", "/", "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
	for _, folder := range []string{"etc/nginx", "etc/sysctl.d", "etc/security/limits.d"} {
		bind(m.path(folder), "/"+folder, 0)
	}
	m.settleNginx(t)
	m.args = []string{"--root", "/", "--select", "timeouts/connect-above-75s,upstream,sockets/backlog-capped,files/soft-above-hard"}
	m.settle(t)
	return m
}

// settleNginx leaves what an nginx that ran leaves.
func (m *rig) settleNginx(t *testing.T) {
	t.Helper()
	must(t, os.WriteFile("/run/nginx.pid", []byte("1\n"), 0o644))
	must(t, os.WriteFile("/var/log/nginx/access.log", []byte("GET /\n"), 0o640))
	must(t, os.Chown("/var/log/nginx/access.log", 33, 4))
	must(t, os.MkdirAll("/var/lib/nginx/body", 0o700))
	must(t, os.Chown("/var/lib/nginx/body", 33, 0))
}

// traces are what nginx left on the machine.
func traces(t *testing.T) map[string]snapshot {
	t.Helper()
	out := map[string]snapshot{}
	for _, folder := range quietPlaces {
		if _, err := os.Stat(folder); err == nil {
			out[folder] = takeSnapshot(t, folder)
		}
	}
	return out
}

// wrapNginx puts a script before the nginx of the PATH. In it $real is nginx, and $staged
// or $written is set where nginx -t would read the changed files, beside the tree or in it.
func (m *rig) wrapNginx(t *testing.T, script string) {
	t.Helper()
	real, err := exec.LookPath("nginx")
	must(t, err)
	bin := filepath.Join(m.dir, "bin")
	must(t, os.MkdirAll(bin, 0o755))
	head := "#!/bin/sh\nreal=" + real + " staged= written=\n" +
		"case \" $* \" in *' -t '*) ;; *) exec $real \"$@\" ;; esac\n" +
		"if ! grep -q 75s /etc/nginx/nginx.conf; then :\n" +
		"elif grep -q ' /etc/nginx/nginx.conf ' /proc/self/mountinfo; then staged=1; else written=1; fi\n"
	must(t, os.WriteFile(filepath.Join(bin, "nginx"), []byte(head+script), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// waitForSleep waits until somebody sleeps for so long, the sign of a script in a file
// system of its own.
func waitForSleep(t *testing.T, duration string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, name := range names {
			if text, _ := os.ReadFile(name); strings.HasSuffix(string(text), "sleep\x00"+duration+"\x00") {
				return
			}
		}
	}
	t.Fatal("nginx was not asked")
}

// complains ends a script of nginx with what it says of a file that it refuses.
const complains = "{ echo 'nginx: [emerg] invalid value in /etc/nginx/nginx.conf:7' >&2; echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2; exit 1; }\n"

// A write to this machine is judged by its nginx, which leaves no trace of it.
func TestLiveWrite(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := liveRig(t)
	was := traces(t)
	m.promised(t)
	r := m.run(t, m.liveArgs()...)
	if r.code > exitFindings {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	t.Log(r.stderr)
	m.wants(t, "after")
	if r := m.run(t, "undo"); r.code != exitClean {
		t.Errorf("undo exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "before")
	now := traces(t)
	for folder, s := range was {
		if d := s.differences(now[folder]); len(d) > 0 {
			t.Errorf("%s: %v", folder, d)
		}
	}
}

// liveArgs are the arguments of a write that keeps its state where root's is kept.
func (m *rig) liveArgs() []string { return append([]string{"fix", "--write", "--yes"}, m.args...) }

// What nginx refuses, staged or as it lies on the disk, is taken back whole.
func TestLiveRefused(t *testing.T) {
	for name, script := range map[string]string{
		"staged":  `[ -n "$staged" ] && ` + complains,
		"written": `[ -n "$written" ] && ` + complains,
	} {
		t.Run(name, func(t *testing.T) {
			if !inNamespace(t) {
				return
			}
			m := liveRig(t)
			m.wrapNginx(t, script+"exec $real \"$@\"\n")
			m.wantsRefusal(t, m.run(t, m.liveArgs()...), "invalid value")
		})
	}
}

// A signal ends a run whose nginx never answers, and nothing has happened.
func TestLiveHangs(t *testing.T) {
	for name, when := range map[string]string{"at first": "true", "staged": `[ -n "$staged" ]`, "written": `[ -n "$written" ]`} {
		t.Run(name, func(t *testing.T) {
			if !inNamespace(t) {
				return
			}
			m := liveRig(t)
			m.promised(t)
			const long = "97.125"
			m.wrapNginx(t, "if "+when+"; then exec sleep "+long+"; fi\nexec $real \"$@\"\n")
			cmd := m.command(t, m.liveArgs()...)
			end := start(t, cmd)
			waitForSleep(t, long)
			began := time.Now()
			must(t, cmd.Process.Signal(syscall.SIGTERM))
			if r := end(); r.code != exitTerminate || time.Since(began) > 10*time.Second {
				t.Errorf("exit code %d after %v: %s", r.code, time.Since(began), r.stderr)
			}
			m.wants(t, "before")
		})
	}
}

// Where a file cannot be put back the run says which command does it, and the command is
// right.
func TestLiveCannotPutBack(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := liveRig(t)
	m.promised(t)
	const while = "1.625"
	m.wrapNginx(t, `if [ -n "$written" ]; then sleep `+while+"; "+complains+"fi\nexec $real \"$@\"\n")
	end := start(t, m.command(t, m.liveArgs()...))
	waitForSleep(t, while)
	err := setFlags(m.path(confFolder), flagImmutable)
	r := end()
	must(t, errors.Join(err, setFlags(m.path(confFolder), 0)))
	if r.code != exitRestore {
		t.Fatalf("exit code %d, want %d: %s", r.code, exitRestore, r.stderr)
	}
	m.obey(t, r.stderr)
}
