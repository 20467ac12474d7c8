package limits

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// verify runs systemd-analyze verify on a unit and returns what it prints,
// line by line. args come before the unit; path is the unit search path, ""
// for the usual one.
func verify(t *testing.T, path string, args ...string) []string {
	t.Helper()
	realpart.Need(t, "systemd-analyze")
	cmd := exec.Command("systemd-analyze", args...)
	if path != "" {
		cmd.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+path)
	}
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// verifyText runs systemd-analyze verify on a service of this text.
func verifyText(t *testing.T, text string) []string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "t.service"), text)
	return verify(t, dir, "verify", "t.service")
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeTree writes the files of m, links included, below root.
func writeTree(t *testing.T, root string, m source.Memory) {
	t.Helper()
	for name, text := range m {
		target, link := strings.CutPrefix(text, source.LinkPrefix)
		if !link {
			write(t, root+name, text)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(root+name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, root+name); err != nil {
			t.Fatal(err)
		}
	}
}
