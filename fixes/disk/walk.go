package disk

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A way is what lies between "/" and a file: the folders passed, the innermost of
// them open, and the names of those that do not exist.
type way struct {
	fd       int      // of the innermost folder that exists
	readable bool     // fd can be read and synced
	path     string   // of that folder
	passed   []passed // outermost first, the innermost one last
	missing  []string
}

// A passed folder.
type passed struct {
	path string
	look look
}

// walk opens the folder of a path step by step, and follows no link.
func (s system) walk(folder string) (way, error) {
	fd, err := s.open(unix.AT_FDCWD, "/", passing|unix.O_DIRECTORY, 0)
	if err != nil {
		return way{fd: -1}, err
	}
	w := way{fd: fd, path: "/"}
	names := strings.FieldsFunc(folder, func(r rune) bool { return r == '/' })
	for i, name := range names {
		if err := s.pass(&w); err != nil {
			return w, err
		}
		next, err := s.enter(w.fd, name, passing)
		if errors.Is(err, unix.ENOENT) {
			w.missing = names[i:]
			break
		}
		if err != nil {
			return w, fmt.Errorf("%s: %w", filepath.Join(w.path, name), err)
		}
		closeFile(&w.fd)
		w.fd, w.path = next, filepath.Join(w.path, name)
	}
	return w, s.arrive(&w)
}

// pass notes what a folder on the way is.
func (s system) pass(w *way) error {
	l, err := s.look(w.fd)
	w.passed = append(w.passed, passed{w.path, l})
	return err
}

// arrive opens the innermost folder for reading, which syncing and locking need; a
// user who may not read it can still look at the file.
func (s system) arrive(w *way) error {
	if n := len(w.passed); n == 0 || w.passed[n-1].path != w.path {
		if err := s.pass(w); err != nil {
			return err
		}
	}
	fd, err := s.open(w.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if errors.Is(err, unix.EACCES) {
		return nil
	}
	if err != nil {
		return err
	}
	closeFile(&w.fd)
	w.fd, w.readable = fd, true
	return nil
}

// enter opens a folder in a folder. The error wraps [ErrLink] for a link.
func (s system) enter(folder int, name string, flags int) (int, error) {
	fd, err := s.open(folder, name, flags|unix.O_DIRECTORY, 0)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		if l, lookErr := s.lookAt(folder, name); lookErr == nil && l.link() {
			return -1, ErrLink
		}
	}
	return fd, err
}

// sameFolder checks that the path still leads to the folder that is open: one that was
// moved away may be where nothing must be written.
func (f *File) sameFolder() error {
	w, err := f.sys.walk(filepath.Dir(f.path))
	defer closeFile(&w.fd)
	if err != nil {
		return err
	}
	if len(w.missing) > 0 {
		return ErrChanged
	}
	own, err := f.sys.look(f.folder)
	if err == nil && !w.passed[len(w.passed)-1].look.is(own) {
		return ErrChanged
	}
	return err
}
