package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/source/realpart"
)

// A course is what is done with a file.
type course int

const (
	finish   course = iota // stage, commit, finish
	rollBack               // stage, commit, roll back
	unstage                // stage, roll back
	tooLate                // stage, commit, finish, roll back
	courses  = iota
)

// A result is what a course came to.
type result struct {
	failed  bool // something before the end failed
	inPlace bool
	remade  bool // the old file may be a new inode: names could not be exchanged
	calls   int
	errs    []error
	torn    string // what a failed Commit left other than the old text
}

// run takes a course with a hook that counts.
func (s situation) run(path string, c course, before func(n int, call string) error) (r result) {
	hook := func(call string) error {
		r.calls++
		return before(r.calls, call)
	}
	note := func(err error) bool {
		if err != nil {
			r.errs = append(r.errs, err)
		}
		return err == nil
	}
	f, err := open(path, system{hook}, caller{sudo: 1234})
	if !note(err) {
		r.failed = true
		return r
	}
	defer f.Close()
	ok := note(f.Refuse()) && note(s.stage(f))
	if ok && c != unstage {
		if ok = note(f.Commit()); !ok && !s.created {
			if now, err := os.ReadFile(path); err != nil || string(now) != s.old {
				r.torn = fmt.Sprintf("%.40q, %v", now, err)
			}
		}
	}
	if ok && (c == finish || c == tooLate || r.remade) {
		ok = note(f.Finish()) || note(f.Finish())
	}
	if r.failed = !ok; !ok || c != finish {
		_ = note(f.RollBack()) || note(f.RollBack()) || note(f.RollBack())
	}
	r.inPlace = f.InPlace() != ""
	return r
}

func (s situation) stage(f *File) error {
	if s.removal {
		return f.StageRemoval(temporary)
	}
	return f.Stage(s.new, temporary, nil)
}

func pass(int, string) error { return nil }

// want returns the tree that a course leads to.
func (s situation) want(before map[string]entry, c course, r result) map[string]entry {
	want := map[string]entry{}
	for name, e := range before {
		want[name] = e
	}
	if r.failed || c != finish {
		return want
	}
	if s.removal {
		delete(want, s.fileName())
		return want
	}
	for name, e := range want {
		if name == s.fileName() || e.Inode == before[s.fileName()].Inode {
			e.Text = s.new
			want[name] = e
		}
	}
	return want
}

// check compares a tree with what it shall be.
func (s situation) check(t testing.TB, before, after map[string]entry, c course, r result) {
	t.Helper()
	want := s.want(before, c, r)
	for name, e := range after {
		w, ok := want[name]
		switch {
		case !ok && s.created && c == finish && !r.failed:
			s.checkCreated(t, name, e)
			delete(after, name)
		case ok && e.Text != before[name].Text: // written: its time is a new one
			if e.Modified.Equal(w.Modified) {
				t.Errorf("%q: written, with the old time", name)
			}
			w.Modified = e.Modified
		}
		if ok && (e.Text != before[name].Text && !r.inPlace || c == tooLate || r.remade) {
			w.Inode = e.Inode
		}
		if ok {
			want[name] = w
		}
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("%v: %s", r.errs, diff)
	}
}

func (s situation) checkCreated(t testing.TB, name string, e entry) {
	t.Helper()
	folder := e.Mode&unix.S_IFMT == unix.S_IFDIR
	switch {
	case e.UID != 0 || e.GID != 0:
		t.Errorf("%q belongs to %d:%d", name, e.UID, e.GID)
	case folder && e.Mode&permissions != 0o755:
		t.Errorf("%q has mode %o", name, e.Mode)
	case !folder && (name != s.fileName() || e.Text != s.new || e.Mode&permissions != 0o644):
		t.Errorf("%q has mode %o and holds %q", name, e.Mode, e.Text)
	}
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
}

// TestCourses takes every course in every situation.
func TestCourses(t *testing.T) {
	needRoot(t)
	defer unix.Umask(unix.Umask(0o077))
	for _, s := range situations() {
		for c := range course(courses) {
			t.Run(fmt.Sprintf("%s/%d", s.name, c), func(t *testing.T) {
				folder := filepath.Join(t.TempDir(), "nginx")
				path := s.begin(t, folder)
				before := snapshot(t, folder)
				r := s.run(path, c, pass)
				if len(r.errs) > 0 || r.inPlace != s.inPlace {
					t.Errorf("in place %v, %v", r.inPlace, r.errs)
				}
				s.check(t, before, snapshot(t, folder), c, r)
			})
		}
	}
}

// thorough are situations whose steps no other one has; they meet every fault.
var thorough = []string{"plain", "access list", "created in new folders", "removed", "two names"}

// faultsFor returns the faults that a situation meets, and on which courses: all of
// them with TUNELINT_FAULTS=all, which takes minutes.
func faultsFor(s situation) ([]unix.Errno, []course) {
	if os.Getenv("TUNELINT_FAULTS") == "all" || slices.Contains(thorough, s.name) {
		return []unix.Errno{unix.EIO, unix.EPERM, unix.ENOSPC, unix.EROFS, unix.EINVAL, unix.EINTR}, []course{finish, rollBack, unstage, tooLate}
	}
	if s.name == "large" {
		return nil, nil
	}
	return []unix.Errno{unix.EIO, unix.EPERM}, []course{rollBack}
}

// TestFaults lets every system call of the courses fail once.
func TestFaults(t *testing.T) {
	needRoot(t)
	folder, runs := fastFolder(t), 0
	for _, s := range situations() {
		faults, list := faultsFor(s)
		for _, fault := range faults {
			for _, c := range list {
				t.Run(fmt.Sprintf("%s/%d/%s", s.name, c, unix.ErrnoName(fault)), func(t *testing.T) {
					for n, more := 1, true; more && !t.Failed(); n++ {
						more = s.faultAt(t, folder, c, n, fault)
						runs++
					}
				})
			}
		}
	}
	t.Logf("%d runs", runs)
}

// fastFolder returns a folder to be made in memory, where a sync costs nothing, if the
// file system there has attributes and inode flags.
func fastFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "tunelint")
	if err != nil {
		return filepath.Join(t.TempDir(), "nginx")
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	err = errors.Join(unix.Setxattr(folder, "user.x", []byte("x"), 0), changeFlags(folder, func(f int) int { return f }))
	if err != nil || os.Chmod(folder, 0o755) != nil {
		folder = t.TempDir()
	}
	return filepath.Join(folder, "nginx")
}

// TestFaultsInARow lets two calls of one name fail, so that a roll-back fails too.
func TestFaultsInARow(t *testing.T) {
	needRoot(t)
	folder, runs := fastFolder(t), 0
	for _, name := range thorough {
		s := named(name)
		for c := range course(courses) {
			for n, more := 1, true; more && !t.Failed(); n++ {
				path := s.begin(t, folder)
				before, failed := snapshot(t, folder), ""
				r := s.run(path, c, func(at int, call string) error {
					if at == n || failed == call {
						failed = call
						if at != n {
							failed = " "
						}
						return unix.EIO
					}
					return nil
				})
				more, runs = failed != "", runs+1
				s.check(t, before, snapshot(t, folder), c, r)
			}
			if t.Failed() {
				t.Fatalf("%s, course %d", name, c)
			}
		}
	}
	t.Logf("%d runs", runs)
}

// faultAt lets the n-th call fail and reports whether there was one.
func (s situation) faultAt(t *testing.T, folder string, c course, n int, fault unix.Errno) bool {
	t.Helper()
	path := s.begin(t, folder)
	before := snapshot(t, folder)
	where := ""
	r := s.run(path, c, func(at int, call string) error {
		if at != n {
			return nil
		}
		where = call
		return fault
	})
	if where == "" {
		return false
	}
	r.remade = where == "renameat2" && fault == unix.EINVAL
	if fault == unix.EINTR && len(r.errs) > 0 {
		t.Errorf("interrupted %s: %v", where, r.errs)
	}
	var refusal *Refusal
	for _, err := range r.errs {
		if !errors.Is(err, fault) && !errors.Is(err, ErrChanged) && !errors.As(err, &refusal) {
			t.Errorf("%s, call %d, fails with %v", where, n, err)
		}
	}
	if r.torn != "" {
		t.Errorf("%s, call %d: Commit left %s", where, n, r.torn)
	}
	s.check(t, before, snapshot(t, folder), c, r)
	if t.Failed() {
		t.Logf("%s, call %d, failed with %v", where, n, fault)
	}
	return true
}
