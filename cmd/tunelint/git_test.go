package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without git on the machine only files in a working tree are a matter for it.
func TestGitMissing(t *testing.T) {
	top := t.TempDir()
	if err := os.Mkdir(filepath.Join(top, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := uncommitted([]string{filepath.Join(t.TempDir(), "x.conf")}); err != nil {
		t.Error(err)
	}
	_, err := uncommitted([]string{filepath.Join(top, "x.conf")})
	if err == nil || !strings.HasSuffix(err.Error(), "git is not on the PATH") {
		t.Error(err)
	}
}
