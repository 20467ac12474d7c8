package fixes

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/source"
)

// onDisk writes a file and returns it as a store reads it.
func onDisk(t *testing.T, path, text string, mode os.FileMode) *source.File {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	f, err := source.NewStore(source.OS()).Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustRead(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s: %q, %v; want %q", path, got, err, want)
	}
}

// leftovers fails when anything but the named files stands in the folder.
func leftovers(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("%d entries in the folder, want %v: %v", len(entries), want, entries)
	}
}

func TestWriteKeepsModeAndOwner(t *testing.T) {
	dir := t.TempDir()
	f := onDisk(t, filepath.Join(dir, "a.conf"), "old", 0o640)
	root := os.Geteuid() == 0
	if root {
		if err := os.Chown(f.Path, 33, 33); err != nil {
			t.Fatal(err)
		}
	}
	created := filepath.Join(dir, "new.d", "90.conf")
	if err := Write([]Change{{f, "new"}, {source.NewFile(created, ""), "x = 1\n"}}); err != nil {
		t.Fatal(err)
	}
	mustRead(t, f.Path, "new")
	mustRead(t, created, "x = 1\n")
	info, err := os.Stat(f.Path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if st := info.Sys().(*syscall.Stat_t); root && (st.Uid != 33 || st.Gid != 33) {
		t.Errorf("owner %d:%d", st.Uid, st.Gid)
	}
	leftovers(t, dir, "a.conf", "new.d")
}

func TestWriteNothingWhenAFileChanged(t *testing.T) {
	dir := t.TempDir()
	a := onDisk(t, filepath.Join(dir, "a.conf"), "a", 0o644)
	b := onDisk(t, filepath.Join(dir, "b.conf"), "b", 0o644)
	if err := os.WriteFile(b.Path, []byte("somebody else"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Write([]Change{{a, "A"}, {b, "B"}})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("error %v", err)
	}
	mustRead(t, a.Path, "a")
	mustRead(t, b.Path, "somebody else")
	leftovers(t, dir, "a.conf", "b.conf")
}

func TestWriteRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	a := onDisk(t, filepath.Join(dir, "a.conf"), "a", 0o644)
	gone := onDisk(t, filepath.Join(dir, "gone.conf"), "g", 0o644)
	linked := onDisk(t, filepath.Join(dir, "linked.conf"), "l", 0o644)
	for _, f := range []*source.File{gone, linked} {
		if err := os.Remove(f.Path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", linked.Path); err != nil {
		t.Fatal(err)
	}
	if err := Write([]Change{{a, "A"}, {gone, "G"}, {linked, "L"}}); err == nil {
		t.Error("written")
	}
	mustRead(t, a.Path, "a")
	leftovers(t, dir, "a.conf", "linked.conf")
}

// When a rename fails, what was already replaced is put back.
func TestWriteRestores(t *testing.T) {
	dir := t.TempDir()
	a := onDisk(t, filepath.Join(dir, "a.conf"), "a", 0o600)
	r, err := prepare(Change{a, "A"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.commit(); err != nil {
		t.Fatal(err)
	}
	mustRead(t, a.Path, "A")
	if err := restore([]replacement{r}); err != nil {
		t.Fatal(err)
	}
	mustRead(t, a.Path, "a")
	if info, err := os.Stat(a.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	leftovers(t, dir, "a.conf")
}
