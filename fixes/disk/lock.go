package disk

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// Locks are the locks of folders.
type Locks struct{ files []*os.File }

// Lock locks the folder of each file by flock(2), each folder once; of a folder that
// is to be made, the innermost one that exists. The files may be closed meanwhile. The
// error wraps [ErrLocked] if another process holds one of the locks; then none is held.
// A folder on a file system without locks is left out.
func Lock(files []*File) (*Locks, error) {
	locks := &Locks{}
	for _, f := range eachFolder(files) {
		if err := locks.add(f); err != nil {
			locks.Close()
			return nil, fmt.Errorf("%s: %w", f.way.path, err)
		}
	}
	return locks, nil
}

// eachFolder returns a file of each folder, always in the same order.
func eachFolder(files []*File) []*File {
	folder := func(f *File) look { return f.way.passed[len(f.way.passed)-1].look }
	sorted := slices.SortedStableFunc(slices.Values(files), func(a, b *File) int {
		x, y := folder(a), folder(b)
		return cmp.Or(cmp.Compare(x.device, y.device), cmp.Compare(x.inode, y.inode))
	})
	return slices.CompactFunc(sorted, func(a, b *File) bool { return folder(a).is(folder(b)) })
}

func (l *Locks) add(f *File) error {
	fd, err := f.sys.open(f.way.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	err = f.sys.do("flock", func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = ErrLocked
	case absent(err) || errors.Is(err, unix.ENOLCK):
		closeFile(&fd)
		return nil
	}
	if err != nil {
		closeFile(&fd)
		return err
	}
	l.files = append(l.files, os.NewFile(uintptr(fd), f.way.path))
	return nil
}

// Files returns what holds the locks. A child process that gets them as
// [os/exec.Cmd.ExtraFiles] holds the locks too, until both have closed them.
func (l *Locks) Files() []*os.File { return l.files }

// Close gives the locks up.
func (l *Locks) Close() error {
	var errs []error
	for _, f := range l.files {
		errs = append(errs, f.Close())
	}
	l.files = nil
	return errors.Join(errs...)
}
