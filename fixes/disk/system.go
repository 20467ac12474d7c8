package disk

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// piece is how many bytes one system call reads or writes.
const piece = 1 << 20

// A system makes the system calls for a File. before hears the name of each before it
// is made; where before fails, the call is not made and fails with that error. nil
// lets all pass.
type system struct{ before func(call string) error }

// do makes a call until no signal interrupts it.
func (s system) do(call string, f func() error) error {
	for {
		var err error
		if s.before != nil {
			err = s.before(call)
		}
		if err == nil {
			err = f()
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError(call, err)
		}
	}
}

// A look is what fstat(2) says of an inode.
type look struct {
	device, inode, links        uint64
	mode                        uint32 // with the type of the file
	uid, gid                    int
	size                        int64
	accessed, modified, changed time.Time
}

func (l look) is(other look) bool {
	return l.device == other.device && l.inode == other.inode
}

func (l look) regular() bool { return l.mode&unix.S_IFMT == unix.S_IFREG }

func (l look) link() bool { return l.mode&unix.S_IFMT == unix.S_IFLNK }

func newLook(st *unix.Stat_t) look {
	return look{
		device: uint64(st.Dev), inode: st.Ino, links: uint64(st.Nlink), mode: uint32(st.Mode),
		uid: int(st.Uid), gid: int(st.Gid), size: st.Size,
		accessed: time.Unix(st.Atim.Unix()), modified: time.Unix(st.Mtim.Unix()), changed: time.Unix(st.Ctim.Unix()),
	}
}

func (s system) look(fd int) (look, error) {
	var st unix.Stat_t
	err := s.do("fstat", func() error { return unix.Fstat(fd, &st) })
	return newLook(&st), err
}

// lookAt looks at what has a name in a folder, be it a link.
func (s system) lookAt(folder int, name string) (look, error) {
	var st unix.Stat_t
	err := s.do("fstatat", func() error { return unix.Fstatat(folder, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return newLook(&st), err
}

func (s system) open(folder int, name string, flags int, mode uint32) (int, error) {
	fd := -1
	err := s.do("openat", func() (err error) {
		fd, err = unix.Openat(folder, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NOCTTY, mode)
		return err
	})
	return fd, err
}

// closeFile closes a descriptor, of which -1 is none.
func closeFile(fd *int) {
	if *fd >= 0 {
		_ = unix.Close(*fd) // nothing unsynced depends on it
	}
	*fd = -1
}

func (s system) read(fd int) (string, error) {
	var text strings.Builder
	buffer := make([]byte, piece)
	for {
		n := 0
		err := s.do("pread", func() (err error) {
			n, err = unix.Pread(fd, buffer, int64(text.Len()))
			return err
		})
		if err != nil || n == 0 {
			return text.String(), err
		}
		text.Write(buffer[:n])
	}
}

func (s system) write(fd int, text string, offset int64) error {
	for len(text) > 0 {
		n := 0
		err := s.do("pwrite", func() (err error) {
			n, err = unix.Pwrite(fd, []byte(text[:min(len(text), piece)]), offset)
			return err
		})
		if err != nil {
			return err
		}
		if n <= 0 {
			return io.ErrShortWrite
		}
		text, offset = text[n:], offset+int64(n)
	}
	return nil
}

func (s system) truncate(fd int, size int64) error {
	return s.do("ftruncate", func() error { return unix.Ftruncate(fd, size) })
}

func (s system) sync(fd int) error {
	return s.do("fsync", func() error { return unix.Fsync(fd) })
}

func (s system) changeOwner(fd, uid, gid int) error {
	return s.do("fchown", func() error { return unix.Fchown(fd, uid, gid) })
}

func (s system) changeMode(fd int, mode uint32) error {
	return s.do("fchmod", func() error { return unix.Fchmod(fd, mode) })
}

// setTimes gives an open file the times of a look. name is its name in a folder, for
// systems that want one.
func (s system) setTimes(fd, folder int, name string, l look) error {
	times := make([]unix.Timespec, 2)
	for i, t := range []time.Time{l.accessed, l.modified} {
		var err error
		if times[i], err = unix.TimeToTimespec(t); err != nil {
			return err
		}
	}
	return s.do("utimensat", func() error {
		if err := setTimesOpen(fd, times); !errors.Is(err, errNoFlags) {
			return err
		}
		return unix.UtimesNanoAt(folder, name, times, unix.AT_SYMLINK_NOFOLLOW)
	})
}

// remove removes a name; none is no error.
func (s system) remove(folder int, name string) error {
	err := s.do("unlinkat", func() error { return unix.Unlinkat(folder, name, 0) })
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// rename puts a file in the place of another one.
func (s system) rename(folder int, from, to string) error {
	return s.do("renameat", func() error { return unix.Renameat(folder, from, folder, to) })
}

// move gives a file another name, which must not be taken: else EEXIST.
func (s system) move(folder int, from, to string) error {
	err := s.moveAtOnce(folder, from, to)
	if !errors.Is(err, errNoFlags) {
		return err
	}
	err = s.do("linkat", func() error { return unix.Linkat(folder, from, folder, to, 0) })
	if err == nil {
		return s.do("unlinkat", func() error { return unix.Unlinkat(folder, from, 0) })
	}
	if errors.Is(err, unix.EEXIST) || errors.Is(err, unix.ENOENT) {
		return err
	}
	// A file system without hard links: the check leaves a moment to somebody else.
	if _, err := s.lookAt(folder, to); err == nil {
		return os.NewSyscallError("renameat", unix.EEXIST)
	} else if !errors.Is(err, unix.ENOENT) {
		return err
	}
	return s.rename(folder, from, to)
}

// errNoFlags says that renameat2(2) or its flags are not supported here.
var errNoFlags = errors.New("no exchange of names on this file system")

// absent reports whether a file system has not what a call asks for.
func absent(err error) bool {
	return errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTTY)
}

// denied reports whether a call failed because this process, or the file system, may
// not do it at all, and not because something is wrong with the disk.
func denied(err error) bool {
	return absent(err) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) ||
		errors.Is(err, unix.ERANGE) || errors.Is(err, unix.E2BIG)
}
