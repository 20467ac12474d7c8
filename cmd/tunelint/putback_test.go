package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

// written returns two changes, one of them a new file, that stand on disk already.
func written(t *testing.T) []fixes.Change {
	t.Helper()
	dir := t.TempDir()
	old := &source.File{Path: filepath.Join(dir, "it's old"), Text: "before\n", Mode: 0o644}
	changes := []fixes.Change{{File: old, Text: "after\n"}, {File: source.NewFile(filepath.Join(dir, "new"), ""), Text: "new\n"}}
	for _, c := range changes {
		if err := os.WriteFile(c.File.Path, []byte(c.Text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return changes
}

func TestPutBack(t *testing.T) {
	changes := written(t)
	err := (&session{}).putBack(changes, errors.New("cause"))
	var coded *exitError
	if !errors.As(err, &coded) || coded.code != exitRefused || !strings.Contains(err.Error(), "cause") {
		t.Errorf("%v", err)
	}
	for _, c := range changes {
		if !original(c) {
			t.Errorf("%s is not as it was", c.File.Path)
		}
	}
}

// A file that somebody changed after the write is not overwritten: the error
// says how to put it back, and the command works.
func TestPutBackFails(t *testing.T) {
	changes := written(t)
	if err := os.WriteFile(changes[0].File.Path, []byte("somebody else\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := (&session{}).putBack(changes, errors.New("cause"))
	var coded *exitError
	if !errors.As(err, &coded) || coded.code != exitRestore {
		t.Fatalf("%v", err)
	}
	_, command, ok := strings.Cut(err.Error(), "could not be put back: ")
	command, _, _ = strings.Cut(command, "\n")
	if !ok || !strings.HasPrefix(command, "cp ") {
		t.Fatalf("no command in %v", err)
	}
	if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	if !original(changes[0]) || !original(changes[1]) {
		t.Error("the command does not put the file back")
	}
	saved, _, _ := strings.Cut(strings.TrimPrefix(command, "cp '"), "' ")
	os.Remove(strings.ReplaceAll(saved, `'\''`, "'"))
}
