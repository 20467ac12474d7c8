package trial

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hangVariable names a configuration that a process of the tests asks about, which
// then is killed.
const hangVariable = "TRIAL_HANG"

// hang asks about a configuration that nginx does not come to the end of.
func hang(conf string) {
	program, err := exec.LookPath("nginx")
	if err == nil {
		_, err = (&Trial{Program: []string{program}, Conf: conf}).Ask(context.Background(), nil)
	}
	_, _ = os.Stderr.WriteString(err.Error())
}

// endless makes a configuration that includes a pipe nobody writes to.
func endless(t *testing.T) (conf string) {
	t.Helper()
	dir := tree(t, map[string]string{"nginx.conf": "include DIR/pipe;\nevents {}\n"})
	if err := syscall.Mkfifo(dir+"/pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	return dir + "/nginx.conf"
}

// processes returns the processes that have nginx test a configuration.
func processes(t *testing.T, conf string) (pids []int) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range lines {
		text, err := os.ReadFile(file)
		if words := bytes.Split(text, []byte{0}); err == nil && slices.ContainsFunc(words, func(w []byte) bool { return string(w) == conf }) {
			pid, err := strconv.Atoi(strings.Split(file, "/")[2])
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// eventually waits for something to be so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func TestKilled(t *testing.T) {
	need(t)
	for n := range 20 { // nginx may be started by any thread of the process in between
		sig := [...]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[n%2]
		conf := endless(t)
		mounts, temporary := readText(t, "/proc/self/mountinfo"), stateOf(t, filepath.Dir(conf))
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), hangVariable+"="+conf)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			for _, pid := range processes(t, conf) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		})
		eventually(t, "nginx was not started", func() bool { return len(processes(t, conf)) == 1 })
		checkFiles(t, processes(t, conf)[0])
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		eventually(t, "nginx goes on", func() bool { return len(processes(t, conf)) == 0 })
		if now := readText(t, "/proc/self/mountinfo"); now != mounts {
			t.Errorf("mounts: %s", now)
		}
		if now := stateOf(t, filepath.Dir(conf)); !slices.Equal(now, temporary) {
			t.Errorf("files: %s", now)
		}
	}
}

// checkFiles has nginx hold nothing but what it opened itself.
func checkFiles(t *testing.T, pid int) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(files) > 4 { // the standard ones and nginx.conf
		t.Errorf("open: %v, %v", files, err)
	}
}

func TestEnded(t *testing.T) {
	conf := endless(t)
	tr := installed(t, conf)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if v, err := tr.Ask(ctx, nil); err == nil || !strings.Contains(err.Error(), "did not come to an end") {
		t.Errorf("%v, %v", v, err)
	}
	if left := processes(t, conf); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
	if v, err := tr.Ask(ctx, nil); err == nil {
		t.Errorf("an ended context: %v", v)
	}
}

func TestCannotAsk(t *testing.T) {
	dir := tree(t, map[string]string{"nginx.conf": "events {}\n", "not-nginx": "#!/bin/sh\nexit 3\n", "silent": "#!/bin/sh\nexit 0\n"})
	tr := installed(t, dir+"/nginx.conf")
	for name, program := range map[string]string{"no program": "/no/such/nginx", "no right to run it": dir + "/nginx.conf", "another program": "/bin/false"} {
		tr.Program = []string{program}
		if v, err := tr.Ask(t.Context(), nil); err == nil {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// TestOrder has the process do nothing where it has no file system of its own.
func TestOrder(t *testing.T) {
	var order bytes.Buffer
	if err := gob.NewEncoder(&order).Encode(orderHere(t)); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"not an order": "was not told", order.String(): "no file system of its own"} {
		failed, failing, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := command(t.Context(), failing)
		cmd.Stdin = strings.NewReader(text)
		err = cmd.Run()
		failing.Close()
		if said, _ := io.ReadAll(failed); err == nil || !strings.Contains(string(said), want) {
			t.Errorf("%v: %s, want %q", err, said, want)
		}
	}
}

func orderHere(t *testing.T) order {
	t.Helper()
	own, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		t.Fatal(err)
	}
	return order{Namespace: own, Command: []string{"/bin/true"}}
}
