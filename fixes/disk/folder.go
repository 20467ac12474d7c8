package disk

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// A madeFolder is a folder that Stage made.
type madeFolder struct {
	parent int
	name   string
}

// makeFolders makes the folders that are missing. One that somebody made meanwhile is
// used, and not removed afterwards.
func (f *File) makeFolders() error {
	for _, name := range f.way.missing {
		parent := f.folder
		fd, made, err := f.makeFolder(name)
		if made {
			f.made = append(f.made, madeFolder{parent, name})
		}
		if fd >= 0 {
			f.folder, f.opened = fd, append(f.opened, fd)
		}
		if err != nil {
			return fmt.Errorf("make the folder %s: %w", name, err)
		}
	}
	return nil
}

func (f *File) makeFolder(name string) (fd int, made bool, err error) {
	err = f.sys.do("mkdirat", func() error { return unix.Mkdirat(f.folder, name, 0o700) })
	if errors.Is(err, unix.EEXIST) {
		fd, err = f.sys.enter(f.folder, name, unix.O_RDONLY)
		return fd, false, err
	}
	if err != nil {
		return -1, false, err
	}
	if fd, err = f.sys.enter(f.folder, name, unix.O_RDONLY); err != nil {
		return -1, true, err
	}
	l, err := f.sys.look(fd)
	if err != nil {
		return fd, true, err
	}
	if err := f.sys.changeMode(fd, 0o755|l.mode&unix.S_ISGID); err != nil {
		return fd, true, err
	}
	if err := f.sys.sync(fd); err != nil {
		return fd, true, err
	}
	return fd, true, f.sys.sync(f.folder)
}

// removeFolders removes what makeFolders made, unless somebody put something there.
func (f *File) removeFolders() error {
	for len(f.made) > 0 {
		last := f.made[len(f.made)-1]
		if err := f.sys.removeFolder(last.parent, last.name); err != nil {
			return err
		}
		f.folder = last.parent
		f.made = slices.Delete(f.made, len(f.made)-1, len(f.made))
	}
	return nil
}

func (s system) removeFolder(parent int, name string) error {
	err := s.do("unlinkat", func() error { return unix.Unlinkat(parent, name, unix.AT_REMOVEDIR) })
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.sync(parent)
}

// RemoveFolder removes an empty folder that Stage made. One with something in it, or
// none at all, is no error. The error wraps [ErrLink] if the path leads over a link.
func RemoveFolder(path string) error {
	var s system
	if !filepath.IsAbs(path) || filepath.Clean(path) == "/" {
		return fmt.Errorf("%s: not the absolute path of a folder", path)
	}
	w, err := s.walk(filepath.Dir(filepath.Clean(path)))
	defer closeFile(&w.fd)
	if err == nil && len(w.missing) == 0 {
		err = s.removeFolder(w.fd, filepath.Base(path))
	}
	if errors.Is(err, unix.ENOTDIR) {
		err = ErrLink
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
