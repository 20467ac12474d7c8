package disk

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/source/realpart"
)

// inNamespace runs a test again in a mount namespace of its own, and reports whether
// this is that run. What the test mounts is gone with it.
func inNamespace(t *testing.T) bool {
	t.Helper()
	const mark = "TUNELINT_DISK_NAMESPACE"
	if os.Getenv(mark) != "" {
		return true
	}
	realpart.Need(t, "unshare")
	if err := exec.Command("unshare", "-m", "--propagation", "private", "true").Run(); err != nil {
		realpart.Lacking(t, "permission to make a mount namespace (root)")
	}
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command("unshare", "-m", "--propagation", "private", self, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), mark+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("%v: %s", err, out)
	}
	return false
}

// mount mounts a file system of a type.
func mount(t testing.TB, what, where, kind, options string) {
	t.Helper()
	if err := unix.Mount(what, where, kind, 0, options); err != nil {
		t.Fatalf("mount %s: %v", kind, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(where, unix.MNT_DETACH) })
}

func remount(t testing.TB, where string, flags uintptr) {
	t.Helper()
	if err := unix.Mount("", where, "", unix.MS_REMOUNT|flags, ""); err != nil {
		t.Fatal(err)
	}
}

// TestMountedFile takes every course with a file that is a mount point, as containers
// have them, and lets every call fail.
func TestMountedFile(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	folder := fastFolder(t)
	elsewhere := folder + ".conf"
	s := situation{name: "mounted", old: "old text\n", new: "new\n", mode: 0o640, inPlace: true, prepare: func(t testing.TB, path string) {
		must(t, os.WriteFile(elsewhere, []byte("old text\n"), 0o640), unix.Mount(elsewhere, path, "", unix.MS_BIND, ""))
	}}
	for c := range course(courses) {
		for n, more := 1, true; more; n++ {
			more = s.faultAt(t, folder, c, n, unix.EIO)
			must(t, unix.Unmount(filepath.Join(folder, "nginx.conf"), 0))
		}
	}
	path := s.begin(t, folder)
	t.Cleanup(func() { _ = unix.Unmount(path, unix.MNT_DETACH) })
	f := mustOpen(t, path, nil)
	if f.InPlace() != "it is a mount point" {
		t.Errorf("in place %q", f.InPlace())
	}
	must(t, unix.Mount("", path, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
	wantRefusal(t, mustOpen(t, path, nil), "the file system is read-only (mount -o remount,rw "+path+")")
}

func wantRefusal(t testing.TB, f *File, want string) {
	t.Helper()
	got := "nothing"
	var refusal *Refusal
	if err := f.Refuse(); errors.As(err, &refusal) {
		got = strings.TrimPrefix(err.Error(), f.Path()+": ")
	}
	if got != want {
		t.Errorf("%q is refused for %s, want %s", f.Path(), got, want)
	}
	if refusal != nil && f.Stage("x", temporary, nil) == nil {
		t.Errorf("%q is refused and staged", f.Path())
	}
}

// TestFullDisk meets a full file system at every size of what is left.
func TestFullDisk(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	root := t.TempDir()
	mount(t, "tmpfs", root, "tmpfs", "size=64k")
	folder := filepath.Join(root, "nginx")
	long := strings.Repeat("x", 20<<10)
	for _, s := range []situation{
		{name: "usual", old: "old\n", new: long, mode: 0o600},
		{name: "created", new: long, created: true},
		{name: "in place", old: "old\n", new: long, mode: 0o600, inPlace: true, prepare: secondName},
	} {
		full, fine := 0, 0
		for free := 0; free <= 36; free += 4 {
			path := s.begin(t, folder)
			must(t, os.WriteFile(filepath.Join(root, "filler"), make([]byte, max(0, 52-free)<<10), 0o600))
			before := snapshot(t, folder)
			touched := false
			r := s.run(path, finish, func(int, string) error {
				now, _ := os.ReadFile(path)
				touched = touched || string(now) != s.old
				return nil
			})
			s.check(t, before, snapshot(t, folder), finish, r)
			if r.failed && touched {
				t.Errorf("%s: the file was touched on a full disk", s.name)
			}
			if fine++; r.failed {
				full, fine = full+1, fine-1
			}
			for _, err := range r.errs {
				if !errors.Is(err, unix.ENOSPC) {
					t.Error(err)
				}
			}
			must(t, os.Remove(filepath.Join(root, "filler")))
		}
		if full == 0 || fine == 0 {
			t.Errorf("%s: %d times full, %d times not", s.name, full, fine)
		}
	}
}

// TestReadOnly remounts the file system before Stage.
func TestReadOnly(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	root := t.TempDir()
	mount(t, "tmpfs", root, "tmpfs", "")
	s := situation{old: "old\n", new: "new\n", mode: 0o600}
	path := s.begin(t, filepath.Join(root, "nginx"))
	before := snapshot(t, root)
	f := mustOpen(t, path, nil)
	remount(t, root, unix.MS_RDONLY)
	if err := f.Stage("new\n", temporary, nil); !errors.Is(err, unix.EROFS) {
		t.Error(err)
	}
	must(t, f.RollBack())
	wantRefusal(t, mustOpen(t, path, nil), "the file system is read-only (mount -o remount,rw "+root+")")
	s.check(t, before, snapshot(t, root), rollBack, result{failed: true})
}

// TestBrokenDisk lets an ext4 fail for good between Stage and Commit, and between
// Commit and Finish, as it does when it finds itself damaged: nothing can be put back
// then. Once the disk is well again, all can.
func TestBrokenDisk(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	realpart.Need(t, "mkfs.ext4", "mount")
	for _, committed := range []bool{false, true} {
		image, root := filepath.Join(t.TempDir(), "image"), t.TempDir()
		must(t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 8<<20))
		loop := func(options string) {
			if out, err := exec.Command("mount", "-o", options, image, root).CombinedOutput(); err != nil {
				realpart.Lacking(t, "loop device: "+string(out))
			}
		}
		if out, err := exec.Command("mkfs.ext4", "-q", image).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
		loop("loop")
		t.Cleanup(func() { _ = unix.Unmount(root, unix.MNT_DETACH) })
		s := situation{old: "old\n", new: "new\n", mode: 0o600}
		path := s.begin(t, filepath.Join(root, "nginx"))
		unix.Sync()
		before := snapshot(t, filepath.Dir(path))
		f := mustOpen(t, path, nil)
		must(t, f.Stage("new\n", temporary, nil))
		if committed {
			must(t, f.Commit())
		}
		must(t, unix.Mount("", root, "", unix.MS_REMOUNT, "abort"))
		if err := f.Commit(); !committed && err == nil {
			t.Error("committed to a broken disk")
		}
		if f.RollBack() == nil {
			t.Error("rolled back on a broken disk")
		}
		must(t, f.Close(), unix.Unmount(root, 0))
		loop("loop")
		s.recover(t, path)
		s.check(t, before, snapshot(t, filepath.Dir(path)), rollBack, result{})
		must(t, unix.Unmount(root, 0))
	}
}

// TestOverlay takes every course on an overlay file system, whose files get another
// device and number when they are first written, as containers have it. Hard links of
// the lower layer are split there by the first write, and some inode flags get lost,
// whoever does it.
func TestOverlay(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	root, upper := t.TempDir(), t.TempDir()
	mount(t, "tmpfs", upper, "tmpfs", "")
	for _, s := range situations() {
		if s.inPlace || s.name == "inode flags" {
			continue
		}
		for c := range course(courses) {
			name := strings.ReplaceAll(s.name, " ", "-")
			lower, over, work := filepath.Join(root, name), filepath.Join(upper, "over"), filepath.Join(upper, "work")
			must(t, os.MkdirAll(lower, 0o755), os.MkdirAll(over, 0o755), os.MkdirAll(work, 0o755))
			s.begin(t, filepath.Join(lower, "nginx"))
			merged := filepath.Join(root, "merged")
			must(t, os.MkdirAll(merged, 0o755))
			mount(t, "overlay", merged, "overlay", "lowerdir="+lower+",upperdir="+over+",workdir="+work)
			folder := filepath.Join(merged, "nginx")
			before := snapshot(t, folder)
			r := s.run(filepath.Join(folder, s.fileName()), c, pass)
			after := snapshot(t, folder)
			r.remade = true
			if len(r.errs) > 0 {
				t.Errorf("%s, course %d: %v", s.name, c, r.errs)
			}
			s.check(t, before, after, c, r)
			must(t, unix.Unmount(merged, 0), os.RemoveAll(over), os.RemoveAll(work))
		}
	}
}

// TestFullMeanwhile fills the disk between Stage and Commit in place: no old byte is
// lost for want of room.
func TestFullMeanwhile(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	root := t.TempDir()
	mount(t, "tmpfs", root, "tmpfs", "size=64k")
	s := situation{old: "old\n", new: strings.Repeat("x", 20<<10), mode: 0o600, inPlace: true, prepare: secondName}
	path := s.begin(t, filepath.Join(root, "nginx"))
	f := mustOpen(t, path, func(call string) error {
		if got := text(t, path); got != "old\n" {
			t.Errorf("before %s: %.20q", call, got)
		}
		return nil
	})
	must(t, f.Stage(s.new, temporary, nil))
	_ = os.WriteFile(filepath.Join(root, "filler"), make([]byte, 64<<10), 0o600) // as much as goes in
	if err := f.Commit(); !errors.Is(err, unix.ENOSPC) {
		t.Error(err)
	}
	must(t, f.RollBack())
}
