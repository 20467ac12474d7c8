package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/source/realpart"
)

// What is said of files that could not be put back are commands that put them back,
// whatever their names.
func TestLostLines(t *testing.T) {
	realpart.Need(t, "bash")
	dir := t.TempDir()
	backup, old, fresh := filepath.Join(dir, "old-1"), filepath.Join(dir, "it's old"), filepath.Join(dir, "a\nnew one")
	for name, text := range map[string]string{backup: "before\n", old: "after\n", fresh: "new\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lines := lostLines(&transaction.Lost{Run: &transaction.Run{}, Files: []transaction.LostFile{
		{Path: old, Backup: backup, Err: errors.New("cause")}, {Path: fresh, Err: errors.New("cause")},
	}})
	if len(lines) != 3 {
		t.Fatalf("%d lines for two files: %v", len(lines), lines)
	}
	for _, line := range lines[:2] {
		_, command, ok := strings.Cut(line.Error(), ": cause: ")
		if out, err := exec.Command("bash", "-c", command).CombinedOutput(); !ok || err != nil {
			t.Errorf("%v: %v: %s", line, err, out)
		}
	}
	if text, err := os.ReadFile(old); err != nil || string(text) != "before\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Lstat(fresh); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the new file is still there: %v", err)
	}
}
