package disk

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/source/realpart"
)

// mustOpen opens a file as root, with the hook.
func mustOpen(t testing.TB, path string, hook func(string) error) *File {
	t.Helper()
	f, err := open(path, system{hook}, caller{sudo: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func text(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// names lists a folder.
func names(t testing.TB, folder string) string {
	t.Helper()
	list, err := os.ReadDir(folder)
	must(t, err)
	var all []string
	for _, e := range list {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// replaceFile does what editors do: another inode under the same name.
func replaceFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path+"~", []byte(content), 0o644), os.Rename(path+"~", path))
}

// An intrusion is what somebody else does to a file meanwhile.
type intrusion struct {
	name   string
	do     func(t testing.TB, path string)
	leaves string // what the path then holds; "" if that depends on the moment
}

var intrusions = []intrusion{
	{"replaced", func(t testing.TB, path string) { replaceFile(t, path, "theirs\n") }, "theirs\n"},
	{"replaced by the same", func(t testing.TB, path string) { replaceFile(t, path, "old\n") }, "old\n"},
	{"written over", func(t testing.TB, path string) { must(t, os.WriteFile(path, []byte("theirs\n"), 0o644)) }, "theirs\n"},
	{"of the same size", func(t testing.TB, path string) { must(t, os.WriteFile(path, []byte("OLD\n"), 0o644)) }, "OLD\n"},
	{"made secret", func(t testing.TB, path string) { must(t, os.Chmod(path, 0o600)) }, ""},
	{"deleted", func(t testing.TB, path string) { must(t, os.Remove(path)) }, ""},
	{"link", func(t testing.TB, path string) {
		must(t, os.Remove(path), os.Symlink(filepath.Join(filepath.Dir(path), "target"), path))
	}, "target"},
}

// TestSomebodyElse changes the file just before each system call of a transaction in
// turn. What somebody else wrote is never lost, save in place.
func TestSomebodyElse(t *testing.T) {
	needRoot(t)
	folder, moments := fastFolder(t), 0
	for _, i := range intrusions {
		for _, s := range []situation{
			{name: "usual", old: "old\n", new: "new\n", mode: 0o644},
			{name: "removal", old: "old\n", mode: 0o644, removal: true},
			{name: "created", new: "new\n", created: true},
			{name: "in place", old: "old\n", new: "new\n", mode: 0o644, inPlace: true, prepare: secondName},
		} {
			for _, c := range []course{finish, rollBack} {
				t.Run(i.name+"/"+s.name, func(t *testing.T) {
					for n := 1; s.intrude(t, folder, c, n, i); n++ {
						moments++
					}
				})
			}
		}
	}
	t.Logf("%d moments", moments)
}

// intrude lets somebody change the file before the n-th call after Stage.
func (s situation) intrude(t *testing.T, folder string, c course, n int, i intrusion) bool {
	path, target := s.begin(t, folder), filepath.Join(folder, "target")
	must(t, os.WriteFile(target, []byte("target"), 0o644))
	calls, moved, where := -1000, 0, ""
	f := mustOpen(t, path, func(call string) error {
		if calls++; calls > 0 && moved == 0 && call == "renameat2" {
			moved = calls
		}
		if _, err := os.Lstat(path); calls == n && err == nil {
			where = call
			i.do(t, path)
		}
		return nil
	})
	must(t, s.stage(f))
	calls = 0
	err := f.Commit()
	if early := n <= moved && where != ""; early && !s.inPlace && !errors.Is(err, ErrChanged) {
		t.Errorf("before %s, call %d: committed, %v", where, n, err)
	}
	if err == nil && c == finish {
		err = f.Finish()
	}
	back := err
	if err != nil || c == rollBack {
		back = f.RollBack()
	}
	if calls < n {
		return false
	}
	if where == "" { // the file was away
		return true
	}
	now, _ := os.ReadFile(path)
	if !s.inPlace && i.leaves != "" && string(now) != i.leaves {
		t.Errorf("before %s, call %d: theirs is lost, the file holds %q; %v", where, n, now, err)
	}
	for _, err := range []error{err, back} {
		if !s.inPlace && err != nil && !errors.Is(err, ErrChanged) {
			t.Errorf("before %s, call %d: %v", where, n, err)
		}
	}
	if got := names(t, folder); strings.Contains(got, temporary) && !errors.Is(back, ErrChanged) {
		t.Errorf("before %s, call %d: left %s; %v", where, n, got, back)
	}
	if text(t, target) != "target" {
		t.Errorf("before %s, call %d: written through a link", where, n)
	}
	return true
}

// asUser runs f with another user's rights on files, in a thread of its own.
func asUser(t testing.TB, uid int, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		_ = unix.Setfsgid(uid)
		_ = unix.Setfsuid(uid)
		if got, _ := unix.SetfsuidRetUid(-1); got != uid {
			done <- errors.New("no change of user")
			return
		}
		defer close(done)
		f()
	}()
	if err := <-done; err != nil {
		realpart.Lacking(t, err.Error())
	}
}

// TestLateWriter writes to the old file through a descriptor from before the exchange.
func TestLateWriter(t *testing.T) {
	needRoot(t)
	for _, s := range []situation{
		{name: "replaced", old: "old\n", new: "new\n", mode: 0o644},
		{name: "removed", old: "old\n", mode: 0o644, removal: true},
	} {
		path := s.begin(t, fastFolder(t))
		late, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		f := mustOpen(t, path, nil)
		must(t, s.stage(f), f.Commit())
		_, err = late.WriteString("late\n")
		must(t, err, late.Close())
		if err := f.Finish(); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", s.name, err)
		}
		must(t, f.RollBack())
		if got := text(t, path); got != "old\nlate\n" || strings.Contains(names(t, filepath.Dir(path)), temporary) {
			t.Errorf("%s: %q beside %s", s.name, got, names(t, filepath.Dir(path)))
		}
	}
}
