package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A signal before anything is written ends the run with its code.
func TestSignals(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGHUP: exitHangUp, syscall.SIGINT: exitInterrupt, syscall.SIGTERM: exitTerminate} {
		t.Run(signal.String(), func(t *testing.T) {
			dir := interruptible(t)
			cmd := tunelint(t, dir, "fix", "--write", "--yes")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, filepath.Join(dir, "asked"))
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			var status *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &status) || status.ExitCode() != want {
				t.Errorf("%v, want exit code %d", err, want)
			}
			if text, _ := os.ReadFile(filepath.Join(dir, "etc/sysctl.d/90-web.conf")); string(text) != "net.core.somaxconn = 1024\n" {
				t.Errorf("the file changed: %q", text)
			}
		})
	}
}

// interruptible returns a folder with a host to repair, in a working tree
// whose git takes its time.
func interruptible(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"etc/nginx/nginx.conf":     "events {}\nhttp { server { listen 80 backlog=4096; } }\n",
		"etc/sysctl.d/90-web.conf": "net.core.somaxconn = 1024\n",
		".git/HEAD":                "",
		"bin/git":                  "#!/bin/sh\n: >" + dir + "/asked\nexec sleep 5\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tunelint returns a run of the program in a folder.
func tunelint(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"tunelint"}, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "TUNELINT_BACKUP_DIR="+t.TempDir())
	return cmd
}

func waitFor(t *testing.T, file string) {
	t.Helper()
	for range 500 {
		if _, err := os.Stat(file); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not appear", file)
}

// A critical part ends before the signal is obeyed, and knows of it.
func TestHold(t *testing.T) {
	if dir := os.Getenv("TEST_HOLD"); dir != "" {
		holdAndInterrupt(dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHold$")
	cmd.Env = append(os.Environ(), "TEST_HOLD="+dir)
	var status *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &status) || status.ExitCode() != exitInterrupt {
		t.Errorf("%v, want exit code %d", err, exitInterrupt)
	}
	if _, err := os.Stat(filepath.Join(dir, "undone")); err != nil {
		t.Error("the critical part did not come to its end")
	}
}

// holdAndInterrupt sends itself a signal in a critical part.
func holdAndInterrupt(dir string) {
	var i interrupts
	i.watch()
	err := i.hold(func(ctx context.Context) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return err
		}
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		return os.WriteFile(filepath.Join(dir, "undone"), nil, 0o644)
	})
	var coded *exitError
	if errors.As(err, &coded) {
		os.Exit(coded.code)
	}
}
