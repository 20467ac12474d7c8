package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "nginx.conf")
	write(t, path, "old", 0o640)
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(f.Refuse(), f.Stage("new", ".t", nil), f.Commit(), f.RollBack()); err != nil {
		t.Fatal(err)
	}
	f, err = Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(f.Refuse(), f.Stage("new", ".t", nil), f.Commit(), f.Finish()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.RollBack()); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	t.Log(string(got))
	names, _ := os.ReadDir(dir)
	t.Log(names)
	link := filepath.Join(dir, "link")
	os.Link(path, link)
	f, err = Open(path)
	if err := errors.Join(f.Refuse(), f.Stage("newer", ".t", nil), f.Commit(), f.Finish()); err != nil {
		t.Fatal(err)
	}
	t.Log(f.InPlace())
	got, _ = os.ReadFile(path)
	t.Log(string(got))
	f, err = Open(filepath.Join(dir, "a/b/c"))
	if err := errors.Join(f.Refuse(), f.Stage("newer", ".t", nil), f.Commit(), f.Finish()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.RollBack()); err != nil {
		t.Fatal(err)
	}
	names, _ = os.ReadDir(dir)
	t.Log(names)
}
