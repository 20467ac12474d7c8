package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// errNoLayer says that the kernel has no layer for "/".
var errNoLayer = errors.New("no layer over /")

// layered builds the machine anew: every mount below a layer, or read-only. With
// errNoLayer nothing has been done.
func (w *world) layered() error {
	w.root = filepath.Join(w.scratch, "root")
	if err := os.Mkdir(w.root, 0o755); err != nil {
		return err
	}
	for _, m := range w.mounts {
		// What cannot be shown is left out: then there is a folder without content,
		// in a layer, and nginx complains of it with and without the changes.
		if err := w.show(m); err != nil && m.point == "/" {
			w.root = ""
			return fmt.Errorf("%w: %w", errNoLayer, err)
		}
	}
	for _, s := range w.sockets {
		if err := bindReadOnly(s.fd, w.at(s.path), 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("show the socket %s: %w", s.path, err)
		}
	}
	for _, path := range w.writes {
		if err := w.empty(path); err != nil {
			return fmt.Errorf("show an empty %s: %w", path, err)
		}
	}
	if err := errors.Join(w.stageAll(false), w.stageAll(true)); err != nil {
		return err
	}
	return w.seal()
}

// kernels are the file systems in which files are not files but the kernel.
var kernels = [...]string{
	"proc", "sysfs", "cgroup", "cgroup2", "devpts", "devtmpfs", "mqueue", "bpf", "tracefs", "debugfs", "securityfs", "selinuxfs",
	"smackfs", "configfs", "pstore", "efivarfs", "fusectl", "binfmt_misc", "hugetlbfs", "rpc_pipefs", "nfsd", "nsfs",
}

// show shows one mount of the machine.
func (w *world) show(m mount) error {
	below := func(folder string) bool { return m.point != folder && within(m.point, folder) }
	switch {
	case below("/proc"), below("/sys"):
		return nil // came with it
	case m.point == "/proc", m.point == "/sys":
		return w.bind(m, unix.MS_REC)
	case m.kind == "autofs":
		return nil // what is mounted in it is a mount of its own
	case m.point == "/dev", slices.Contains(kernels[:], m.kind), !isFolder(m.fd):
		return w.bind(m, 0)
	}
	err := w.layer(m)
	if err != nil && m.point != "/" {
		return w.bind(m, 0)
	}
	return err
}

func isFolder(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// bind shows a mount as it is, read-only.
func (w *world) bind(m mount, recursive uintptr) error {
	if isFolder(m.fd) {
		if err := os.MkdirAll(w.at(m.point), 0o755); err != nil {
			return err
		}
	}
	return bindReadOnly(m.fd, w.at(m.point), recursive)
}

// bindReadOnly shows what fd is at another place, where it cannot be written: not
// for a moment, for what is below the room is seen by nobody else.
func bindReadOnly(fd int, target string, recursive uintptr) error {
	if err := unix.Mount(descriptor(fd), target, "", unix.MS_BIND|recursive, ""); err != nil {
		return err
	}
	if err := readOnly(target); err != nil {
		return errors.Join(err, unix.Unmount(target, unix.MNT_DETACH))
	}
	return nil
}

// layer shows a mount below a layer that takes what is written.
func (w *world) layer(m mount) error {
	info, err := os.Stat(descriptor(m.fd))
	if err != nil {
		return err
	}
	upper, err := w.like(info) // the folder that is mounted looks like it
	if err != nil {
		return err
	}
	work, err := w.fresh()
	if err != nil {
		return err
	}
	flags, err := flagsOf(descriptor(m.fd))
	if err != nil {
		return err
	}
	target := w.at(m.point)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if flags&unix.MS_RDONLY != 0 {
		w.fixed = append(w.fixed, target)
	}
	options := "lowerdir=" + descriptor(m.fd) + ",upperdir=" + upper + ",workdir=" + work
	return unix.Mount(tag, target, "overlay", flags&(unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC), options)
}

// empty puts an empty file in the place of one that nginx opens to write, as a layer
// copies the whole of it then. Elsewhere than in a layer it stays.
func (w *world) empty(path string) error {
	info, err := os.Lstat(w.at(path))
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	err = os.Remove(w.at(path))
	if errors.Is(err, unix.EROFS) || errors.Is(err, unix.EBUSY) { // a mount of its own
		return nil
	}
	if err == nil {
		err = os.WriteFile(w.at(path), nil, 0o600)
	}
	if err == nil {
		err = w.own(w.at(path), info)
	}
	return err
}

func ownerOf(info fs.FileInfo) (uid, gid int) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), int(st.Gid)
	}
	return 0, 0
}

// seal makes read-only what is so on the machine, and what came with /proc and /sys.
func (w *world) seal() error {
	mounts, err := readMounts()
	if err != nil {
		return err
	}
	for _, m := range mounts {
		if within(m.point, w.at("/proc")) || within(m.point, w.at("/sys")) {
			w.fixed = append(w.fixed, m.point)
		}
	}
	for _, path := range w.fixed {
		if err := readOnly(path); err != nil {
			return fmt.Errorf("make %s read-only: %w", path, err)
		}
	}
	return nil
}

// enter makes the new file system that of this process and lets go of the other.
func (w *world) enter() error {
	if err := unix.Chdir(w.root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil { // as on an initramfs
		return errors.Join(unix.Chroot("."), unix.Chdir("/"))
	}
	return errors.Join(unix.Unmount(".", unix.MNT_DETACH), unix.Chdir("/"))
}
