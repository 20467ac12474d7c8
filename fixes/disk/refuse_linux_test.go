package disk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/source/realpart"
)

const immutable, appendOnly = 0x10, 0x20

// flagged sets an inode flag that keeps files from being written, until the test ends.
func flagged(t testing.TB, path string, flag int) {
	t.Helper()
	if err := changeFlags(path, func(now int) int { return now | flag }); err != nil {
		realpart.Lacking(t, "file system and right for chattr(1): "+err.Error())
	}
	t.Cleanup(func() { _ = changeFlags(path, func(now int) int { return now &^ flag }) })
}

// TestRefuse asks root, whom the user 1234 called by sudo(8). In the wanted answer D
// is the folder.
func TestRefuse(t *testing.T) {
	needRoot(t)
	for _, c := range []struct {
		name string
		do   func(t testing.TB, folder, path string)
		want string
	}{
		{"nothing", func(testing.TB, string, string) {}, "nothing"},
		{"immutable", func(t testing.TB, _, path string) { flagged(t, path, immutable) }, "immutable (chattr -i D/nginx.conf)"},
		{"append-only", func(t testing.TB, _, path string) { flagged(t, path, appendOnly) }, "append-only (chattr -a D/nginx.conf)"},
		{"immutable folder", func(t testing.TB, folder, _ string) { flagged(t, folder, immutable) }, "its folder is immutable (chattr -i D)"},
		{"append-only folder", func(t testing.TB, folder, _ string) { flagged(t, folder, appendOnly) }, "its folder is append-only (chattr -a D)"},
		{"in place in an immutable folder", func(t testing.TB, folder, path string) {
			secondName(t, path)
			flagged(t, folder, immutable)
		}, "nothing"},
		{"read-only mode", func(t testing.TB, _, path string) { must(t, os.Chmod(path, 0o444)) }, "its owner may not write it, mode 0444 (chmod u+w D/nginx.conf)"},
		{"socket", func(t testing.TB, _, path string) {
			must(t, os.Remove(path), unix.Mkfifo(path, 0o600))
		}, "not a regular file"},
		{"folder", func(t testing.TB, _, path string) { must(t, os.Remove(path), os.Mkdir(path, 0o755)) }, "not a regular file"},
		{"everybody's", func(t testing.TB, _, path string) { must(t, os.Chmod(path, 0o666)) }, "everybody may write it (chmod o-w D/nginx.conf)"},
		{"everybody's folder", func(t testing.TB, folder, _ string) { must(t, os.Chmod(folder, 0o777)) }, "everybody may write its folder D (chmod o-w D)"},
		{"everybody's folder, sticky", func(t testing.TB, folder, _ string) { must(t, os.Chmod(folder, 0o777|os.ModeSticky)) }, "nothing"},
		{"everybody's folder above", func(t testing.TB, folder, _ string) { must(t, os.Chmod(filepath.Dir(folder), 0o777)) }, "everybody may write its folder D/.. (chmod o-w D/..)"},
		{"somebody's", func(t testing.TB, _, path string) { must(t, os.Chown(path, 65533, 0)) }, "owned by uid 65533 (run it as that user: sudo -u '#65533' tunelint …)"},
		{"somebody's, with a name", func(t testing.TB, _, path string) { must(t, os.Chown(path, 1, 0)) }, "owned by daemon (run it as that user: sudo -u daemon tunelint …)"},
		{"somebody's folder", func(t testing.TB, folder, _ string) { must(t, os.Chown(folder, 65533, 0)) }, "its folder D is owned by uid 65533 (run it as that user: sudo -u '#65533' tunelint …)"},
		{"the caller's", func(t testing.TB, folder, path string) {
			must(t, os.Chown(folder, 1234, 0), os.Chown(path, 1234, 0))
		}, "nothing"},
		{"a link of the caller's", func(t testing.TB, folder, path string) {
			must(t, os.Chown(folder, 1234, 0))
			secondName(t, path)
		}, "it has further names, and its folder D is owned by uid 1234 (run it as that user: sudo -u '#1234' tunelint …)"},
		{"a group's", func(t testing.TB, folder, path string) {
			must(t, os.Chmod(folder, 0o775), os.Chmod(path, 0o664), os.Chown(path, 0, 33))
		}, "nothing"},
		{"signed", func(t testing.TB, _, path string) { attribute("security.ima", "\x03\x02\x04")(t, path) }, "its content is signed (security.ima) (change it where it is signed)"},
		{"hashed", func(t testing.TB, _, path string) {
			attribute("security.ima", "\x04\x04"+strings.Repeat("x", 32))(t, path)
		}, "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "nginx")
			path := situation{old: "old\n", mode: 0o644}.begin(t, folder)
			c.do(t, folder, path)
			f, err := open(path, system{}, caller{sudo: 1234})
			must(t, err)
			defer f.Close()
			want := strings.ReplaceAll(strings.ReplaceAll(c.want, "D/..", filepath.Dir(folder)), "D", folder)
			wantRefusal(t, f, want)
		})
	}
}

// publicFolder returns a folder to be made that other users can reach.
func publicFolder(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	must(t, os.Chmod(filepath.Dir(folder), 0o755))
	return filepath.Join(folder, "nginx")
}

// TestOtherUser writes with the rights of another user: below a folder that it may
// only pass through, and where it may not.
func TestOtherUser(t *testing.T) {
	needRoot(t)
	const uid = 1234
	for _, c := range []struct {
		name string
		do   func(t testing.TB, folder, path string)
		want string
	}{
		{"own", func(testing.TB, string, string) {}, "nothing"},
		{"passage", func(t testing.TB, folder, _ string) {
			must(t, os.Chmod(filepath.Dir(folder), 0o711), os.Chown(filepath.Dir(folder), 0, 0))
		}, "nothing"},
		{"root's folder", func(t testing.TB, folder, _ string) { must(t, os.Chown(folder, 0, 0)) }, "no permission to write its folder D (run as root)"},
		{"daemon's folder", func(t testing.TB, folder, _ string) { must(t, os.Chown(folder, 1, 0)) }, "no permission to write its folder D (run as root or as daemon)"},
		{"in place, root's file", func(t testing.TB, _, path string) {
			must(t, os.Chown(path, 0, 0))
			secondName(t, path)
		}, "no permission to write it (run as root)"},
		{"sticky", func(t testing.TB, folder, path string) {
			must(t, os.Chown(folder, 0, 0), os.Chmod(folder, 0o777|os.ModeSticky), os.Chown(path, 0, 0), os.Chmod(path, 0o666))
		}, "only the owner may replace it in the sticky folder D (run as root)"},
		{"root's file", func(t testing.TB, _, path string) { must(t, os.Chown(path, 0, 0)) },
			"owned by root, to whom a new file cannot be given, and not to be written over (run as root)"},
		{"root's file for all", func(t testing.TB, _, path string) { must(t, os.Chown(path, 0, 0), os.Chmod(path, 0o666)) }, "nothing, in place"},
		{"unreadable folder", func(t testing.TB, folder, _ string) { must(t, os.Chmod(folder, 0o300)) },
			"its folder D cannot be read, so nothing written there can be made to last (chmod u+r D)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := publicFolder(t)
			s := situation{old: "old\n", new: "new\n", mode: 0o644}
			path := s.begin(t, folder)
			must(t, os.Chown(filepath.Dir(folder), uid, uid), os.Chown(folder, uid, uid), os.Chown(path, uid, uid))
			c.do(t, folder, path)
			asUser(t, uid, func() {
				f, err := open(path, system{}, caller{uid, -1})
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				want, inPlace := strings.CutSuffix(c.want, ", in place")
				wantRefusal(t, f, strings.ReplaceAll(want, "D", folder))
				if want == "nothing" {
					checkWrites(t, f, path, inPlace)
				}
			})
		})
	}
}

// checkWrites finishes a write that wantRefusal has not begun.
func checkWrites(t *testing.T, f *File, path string, inPlace bool) {
	err := errors.Join(f.Stage("new\n", temporary, nil), f.Commit(), f.Finish())
	if now, _ := os.ReadFile(path); err != nil || string(now) != "new\n" || (f.InPlace() != "") != inPlace {
		t.Errorf("%q, in place %q, %v", now, f.InPlace(), err)
	}
}

// TestNotTheirOwner writes a file that its writer owns not, but may write: a new file
// would belong to the writer, so it is written in place, and put back.
func TestNotTheirOwner(t *testing.T) {
	needRoot(t)
	const uid = 1234
	for name, do := range map[string]func(path string) error{
		"owner": func(path string) error { return errors.Join(os.Chown(path, 0, uid), os.Chmod(path, 0o664)) },
		"group": func(path string) error { return errors.Join(os.Chown(path, uid, 0), os.Chmod(path, 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := publicFolder(t)
			s := situation{old: "old\n", new: "new\n", mode: 0o664, prepare: func(t testing.TB, path string) { must(t, do(path)) }}
			path := s.begin(t, folder)
			must(t, os.Chown(folder, uid, uid))
			before := snapshot(t, folder)
			asUser(t, uid, func() {
				f, err := open(path, system{}, caller{uid, -1})
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				if err := errors.Join(f.Stage("new\n", temporary, nil), f.Commit()); err != nil {
					t.Error(err)
				}
				if f.InPlace() != "a new file cannot be given its owner" || text(t, path) != "new\n" {
					t.Errorf("in place %q", f.InPlace())
				}
				if err := f.RollBack(); err != nil {
					t.Error(err)
				}
			})
			after := snapshot(t, folder)
			if name == "owner" { // who alone could set the time back
				e := after["nginx.conf"]
				e.Modified = before["nginx.conf"].Modified
				after["nginx.conf"] = e
			}
			s.check(t, before, after, rollBack, result{})
		})
	}
}
