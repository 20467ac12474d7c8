package sysctl

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// need returns the path of a real program that a test asks, and skips the test
// when the machine lacks it; continuous integration must have it.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		missing(t, name+" is not installed")
	}
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// inNamespace runs a shell script in network and mount namespaces of its own,
// where keys and directories can be written without touching the machine.
func inNamespace(t *testing.T, script string, args ...string) string {
	t.Helper()
	need(t, "unshare", "sh", "mount")
	if err := exec.Command("unshare", "-nm", "true").Run(); err != nil {
		missing(t, "unshare -nm is not allowed: "+err.Error())
	}
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", append([]string{"-nm", "sh", file}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	return out.String()
}

// runningKernel returns what "uname -r" prints.
func runningKernel(t *testing.T) string {
	t.Helper()
	out, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		missing(t, "no /proc/sys")
	}
	return strings.TrimSpace(string(out))
}
