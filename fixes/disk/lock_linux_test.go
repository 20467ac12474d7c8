package disk

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestLock(t *testing.T) {
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "a"), 0o755), os.Mkdir(filepath.Join(folder, "b"), 0o755))
	files := func(names ...string) (list []*File) {
		for _, name := range names {
			f, err := Open(filepath.Join(folder, name))
			must(t, err)
			t.Cleanup(func() { f.Close() })
			list = append(list, f)
		}
		return list
	}
	locks, err := Lock(files("b/x", "a/x", "a/y", "b/missing/z"))
	must(t, err)
	if n := len(locks.Files()); n != 2 {
		t.Errorf("%d locks for two folders", n)
	}
	locked := func(name string, want bool) {
		t.Helper()
		again, err := Lock(files(name))
		if got := errors.Is(err, ErrLocked); got != want || err != nil && !got {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			must(t, again.Close())
		}
	}
	locked("a/other", true)
	locked("b/missing/other", true)
	locked("x", false)

	// A child that inherits the locks keeps them.
	child := exec.Command("cat")
	child.ExtraFiles = locks.Files()
	in, err := child.StdinPipe()
	must(t, err, child.Start(), locks.Close())
	locked("a/other", true)
	must(t, in.Close(), child.Wait())
	locked("a/other", false)

	// Where one is taken, none is kept.
	locks, err = Lock(files("b/x"))
	must(t, err)
	_, err = Lock(files("a/x", "b/x"))
	if !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
	locked("a/x", false)
	must(t, locks.Close())
}
