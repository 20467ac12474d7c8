package transaction

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/disk"
	"github.com/tunelint/tunelint/source"
)

func TestMain(m *testing.M) {
	Enter()
	if victim() {
		return
	}
	os.Exit(m.Run())
}

// A tree is a folder with files, what shall become of them, and a state folder beside.
type tree struct {
	dir, state string
	before     map[string]string
	changes    []fixes.Change
}

// newTree makes a tree of files of several kinds. Two runs in one folder see the same.
func newTree(t testing.TB, dir string) *tree {
	t.Helper()
	tr := treeAt(dir)
	tr.put(t, "nginx.conf", "events {}\n", 0o644)
	tr.put(t, "conf.d/a.conf", strings.Repeat("# long\n", 3000), 0o600)
	tr.put(t, "conf.d/b.conf", "no final newline", 0o604)
	tr.put(t, "sysctl.d/90.conf", "net.core.somaxconn = 128\n", 0o640)
	if err := os.Link(tr.path("sysctl.d/90.conf"), tr.path("linked.conf")); err != nil {
		t.Fatal(err)
	}
	tr.before = tr.snapshot(t)
	if err := tr.open(); err != nil {
		t.Fatal(err)
	}
	return tr
}

// quickFolder returns a folder where nothing waits for a disk, if there is one.
func quickFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "tunelint-test-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func treeAt(dir string) *tree {
	return &tree{dir: filepath.Join(dir, "tree"), state: filepath.Join(dir, "state")}
}

func (tr *tree) path(name string) string { return filepath.Join(tr.dir, name) }

func (tr *tree) put(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(tr.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(tr.path(name), []byte(text), 0o600), os.Chmod(tr.path(name), mode)); err != nil {
		t.Fatal(err)
	}
}

// open reads the tree and says what shall become of it.
func (tr *tree) open() error {
	store := source.NewStore(source.OS())
	for _, name := range []string{"nginx.conf", "conf.d/a.conf", "conf.d/b.conf", "sysctl.d/90.conf"} {
		f, err := store.Open(tr.path(name))
		if err != nil {
			return err
		}
		tr.changes = append(tr.changes, fixes.Change{File: f, Text: "# new\n" + strings.ToUpper(f.Text[len(f.Text)/3:])})
	}
	created := source.NewFile(tr.path("unit.d/deep/10.conf"), "")
	tr.changes = append(tr.changes, fixes.Change{File: created, Text: "[Service]\n"})
	return nil
}

// snapshot returns what stands in the tree, by name.
func (tr *tree) snapshot(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(tr.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		out[p] = fmt.Sprint(info.Mode(), st.Uid, st.Gid)
		if !d.IsDir() {
			text, err := os.ReadFile(p)
			out[p] += fmt.Sprint(" ", st.Nlink, " ", info.ModTime().UnixNano(), " ", string(text))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mustBeBefore fails unless the tree is as it was, times of files included.
func (tr *tree) mustBeBefore(t testing.TB, when string) {
	t.Helper()
	if diff := cmp.Diff(tr.before, tr.snapshot(t)); diff != "" {
		t.Fatalf("%s: the tree is not as it was (-before +now):\n%s", when, diff)
	}
}

// isAfter reports whether every file is as the changes have it, with nothing beside.
func (tr *tree) isAfter(t testing.TB) bool {
	t.Helper()
	for _, c := range tr.changes {
		text, err := os.ReadFile(c.File.Path)
		if err != nil || string(text) != c.Text {
			return false
		}
	}
	return len(tr.snapshot(t)) == len(tr.before)+3 // the new file and its folders
}

// begin begins a transaction whose later calls hook hears; nil for none.
func (tr *tree) begin(t testing.TB, hook func(string) error) *Transaction {
	t.Helper()
	begun := false
	tx, err := begin(OpenFolder(tr.state), tr.changes, func(call string) error {
		if !begun || hook == nil {
			return nil
		}
		return hook(call)
	})
	if err != nil {
		t.Fatal(err)
	}
	begun = true
	return tx
}

// write runs a transaction to its end.
func (tr *tree) write(tx *Transaction) error {
	defer tx.Close()
	if err := tx.BackUp(About{Tool: "test", Rules: []string{"a/b"}, Apply: []string{"true"}}, time.Unix(1e9, 0)); err != nil {
		return err
	}
	err := tx.Write(context.Background())
	if err == nil {
		err = tx.Keep()
	}
	if err != nil {
		return errors.Join(err, tx.RollBack(err))
	}
	return nil
}

func TestWriteAndUndo(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	tx := tr.begin(t, nil)
	if err := tr.write(tx); err != nil {
		t.Fatal(err)
	}
	if !tr.isAfter(t) {
		t.Fatalf("not written: %v", tr.snapshot(t))
	}
	folder := OpenFolder(tr.state)
	defer folder.Close()
	run, err := folder.Find("")
	if err != nil || run.State != Written || len(run.Files) != 5 {
		t.Fatalf("%+v, %v", run, err)
	}
	if err := folder.Undo(run, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	tr.mustBeBefore(t, "after undo")
	if _, err := folder.Find(""); !errors.Is(err, ErrNoRun) {
		t.Errorf("undone, and still to be undone: %v", err)
	}
	if err := folder.Undo(run, false, time.Now()); !errors.Is(err, ErrNoRun) {
		t.Errorf("undone twice: %v", err)
	}
	journal, err := os.ReadFile(filepath.Join(tr.state, "journal"))
	if n := strings.Count(string(journal), "\n"); err != nil || n != 2 {
		t.Errorf("%d lines in the journal: %s, %v", n, journal, err)
	}
}

// A file that somebody changed since keeps a run from being undone, unless it is to
// be left as it is.
func TestUndoAfterAnEdit(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	if err := tr.write(tr.begin(t, nil)); err != nil {
		t.Fatal(err)
	}
	tr.put(t, "nginx.conf", "somebody else\n", 0o644)
	written := tr.snapshot(t)
	folder := OpenFolder(tr.state)
	defer folder.Close()
	run, err := folder.Find("")
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Undo(run, false, time.Now()); !errors.Is(err, disk.ErrChanged) || !strings.Contains(err.Error(), "nginx.conf") {
		t.Errorf("undone over an edit: %v", err)
	}
	if diff := cmp.Diff(written, tr.snapshot(t)); diff != "" {
		t.Errorf("a refused undo changed files: %s", diff)
	}
	folder.Close()
	if err := folder.Undo(run, true, time.Now()); err != nil {
		t.Fatal(err)
	}
	now := tr.snapshot(t)
	if !strings.HasSuffix(now[tr.path("nginx.conf")], "somebody else\n") {
		t.Errorf("the edit is lost: %s", now[tr.path("nginx.conf")])
	}
	delete(now, tr.path("nginx.conf"))
	delete(tr.before, tr.path("nginx.conf"))
	if diff := cmp.Diff(tr.before, now); diff != "" {
		t.Errorf("the others are not as they were: %s", diff)
	}
}

// Every call that can fail, fails once: all is as it was. It fails in one of three ways,
// with TUNELINT_FAULTS=all in each of them.
func TestFaults(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	rounds := 1
	if os.Getenv("TUNELINT_FAULTS") == "all" {
		rounds = 3
	}
	for round := range rounds {
		faults := 0
		for tr.faultAt(t, faults+1, []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EROFS}[(faults+round)%3]) {
			faults++
		}
		if t.Logf("%d faults", faults); faults < 20 {
			t.Errorf("only %d faults", faults)
		}
	}
}

// faultAt lets the n-th call of a run fail and reports whether there was one.
func (tr *tree) faultAt(t *testing.T, n int, errno syscall.Errno) bool {
	t.Helper()
	calls, failed := 0, ""
	err := tr.write(tr.begin(t, func(call string) error {
		if calls++; calls == n {
			failed = call
			return errno
		}
		return nil
	}))
	if failed == "" && (err != nil || !tr.isAfter(t)) {
		t.Fatalf("without a fault: %v", err)
	}
	if err == nil && tr.isAfter(t) {
		tr.mustUndo(t) // no fault, or one that does not matter
	}
	tr.mustBeBefore(t, fmt.Sprintf("call %d, %s: %v: %v", n, failed, errno, err))
	return failed != ""
}

// mustUndo puts the newest run back.
func (tr *tree) mustUndo(t testing.TB) {
	t.Helper()
	folder := OpenFolder(tr.state)
	defer folder.Close()
	run, err := folder.Find("")
	if err != nil {
		t.Fatal(err)
	}
	// A guard that ends lets go of one lock after the other.
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if err = folder.Undo(run, false, time.Now()); !errors.Is(err, ErrBusy) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	tr.mustBeBefore(t, "after undo")
}

// A file that somebody writes to in the middle keeps what they wrote, or holds what
// the run wrote after it noticed nothing because they came too early or too late; the
// other files are all as before or all as after.
func TestSomebodyElseWrites(t *testing.T) {
	const theirs = "somebody else\n"
	for n := 1; ; n++ {
		tr := newTree(t, quickFolder(t))
		calls := 0
		err := tr.write(tr.begin(t, func(string) error {
			if calls++; calls == n {
				tr.put(t, "conf.d/a.conf", theirs, 0o600)
			}
			return nil
		}))
		if calls < n {
			break
		}
		now := tr.snapshot(t)
		if !strings.HasSuffix(now[tr.path("conf.d/a.conf")], theirs) {
			t.Fatalf("call %d: what somebody wrote is lost (%v)", n, err)
		}
		if err == nil {
			continue // it came after the last look
		}
		for name, was := range tr.before {
			if name != tr.path("conf.d/a.conf") && now[name] != was {
				t.Fatalf("call %d: %v: %s is not as it was", n, err, name)
			}
		}
	}
}

func TestBusy(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	tx := tr.begin(t, nil)
	for _, state := range []string{tr.state, tr.state + "-of-another-user"} {
		if _, err := Begin(OpenFolder(state), tr.changes); !errors.Is(err, ErrBusy) {
			t.Errorf("two write at once: %v", err)
		}
	}
	tx.Close()
	tx = tr.begin(t, nil)
	tx.Close()
}

func TestBeginRefuses(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	tr.put(t, "conf.d/b.conf", "changed", 0o604)
	tr.put(t, "unit.d/deep/10.conf", "made meanwhile", 0o644)
	_, err := Begin(OpenFolder(tr.state), tr.changes)
	if !errors.Is(err, disk.ErrChanged) || !strings.Contains(err.Error(), "b.conf") || !strings.Contains(err.Error(), "10.conf") {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(tr.state); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a state folder for nothing: %v", err)
	}
}

// A state folder where others can write is not trusted.
func TestStateFolder(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	if err := errors.Join(os.Mkdir(tr.state, 0o700), os.Chmod(tr.state, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(OpenFolder(tr.state), tr.changes); err == nil || !strings.Contains(err.Error(), "others can write") {
		t.Errorf("%v", err)
	}
}

// Of a state folder that goes with the run nothing stays.
func TestTemporaryFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for fault := range 2 {
		tr := newTree(t, quickFolder(t))
		tx, err := begin(TemporaryFolder(), tr.changes, func(call string) error {
			if fault > 0 && call == "renameat2" {
				return syscall.EIO
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.write(tx); (err == nil) != (fault == 0) {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}

func TestTorn(t *testing.T) {
	for _, c := range []struct {
		now, a, b string
		want      bool
	}{
		{"newd", "new", "oldd", true},
		{"n", "newer", "ol", false},
		{"newer", "newer", "ol", true},
		{"olwer", "newer", "ol", true},
		{"oldx", "new", "oldd", false},
		{"", "", "old", true},
		{"old and more", "new", "old", false},
	} {
		if got := mixed(c.now, c.a, c.b); got != c.want {
			t.Errorf("mixed(%q, %q, %q) = %v", c.now, c.a, c.b, got)
		}
	}
}
