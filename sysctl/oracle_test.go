package sysctl

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// inNamespace runs a shell script in namespaces of its own, which flags name as
// unshare(1) does, where keys can be written without touching the machine.
func inNamespace(t *testing.T, flags, script string, args ...string) string {
	t.Helper()
	realpart.Need(t, "unshare", "sh")
	if err := exec.Command("unshare", flags, "true").Run(); err != nil {
		realpart.Lacking(t, "namespaces by unshare "+flags+": "+err.Error())
	}
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", append([]string{flags, "sh", file}, args...)...)
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
		realpart.Lacking(t, "/proc/sys to write to")
	}
	return strings.TrimSpace(string(out))
}
