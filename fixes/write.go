package fixes

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hashicorp/go-multierror"
)

// ErrChanged says that a file is not what it was when it was read.
var ErrChanged = errors.New("the file changed since it was read")

// Write replaces the files on disk. Each file is replaced atomically: a
// temporary file in the same folder with the same mode and owner, synced and
// renamed. Nothing is renamed unless every file could be prepared; if a rename
// fails, the files already replaced are put back. The error lists every file
// that failed and wraps [ErrChanged] where a file changed meanwhile.
func Write(changes []Change) error {
	var prepared []replacement
	var errs *multierror.Error
	for _, c := range changes {
		r, err := prepare(c)
		if err != nil {
			errs = multierror.Append(errs, fmt.Errorf("%s: %w", c.File.Path, err))
			continue
		}
		prepared = append(prepared, r)
	}
	if errs != nil {
		discard(prepared)
		return errs.ErrorOrNil()
	}
	for i, r := range prepared {
		if err := r.commit(); err != nil {
			errs = multierror.Append(errs, fmt.Errorf("%s: %w", r.path, err))
			discard(prepared[i:])
			errs = multierror.Append(errs, restore(prepared[:i]))
			break
		}
	}
	return errs.ErrorOrNil()
}

// A replacement is a new file that waits beside the old one.
type replacement struct {
	Change
	path, temporary string
}

func prepare(c Change) (replacement, error) {
	r := replacement{Change: c, path: c.File.Path}
	info, err := unchanged(c)
	if err != nil {
		return r, err
	}
	if info == nil {
		if err := os.MkdirAll(filepath.Dir(r.path), 0o755); err != nil {
			return r, fmt.Errorf("create the folder: %w", err)
		}
	}
	r.temporary, err = writeTemporary(r.path, c.Text, info)
	return r, err
}

// unchanged checks that the file is still what was read, and returns its
// status; nil for a file that does not exist yet.
func unchanged(c Change) (fs.FileInfo, error) {
	info, err := os.Lstat(c.File.Path)
	switch {
	case c.Created() && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	}
	now, err := os.ReadFile(c.File.Path)
	if err != nil {
		return nil, err
	}
	if string(now) != c.File.Text {
		return nil, ErrChanged
	}
	return info, nil
}

// writeTemporary writes a synced file beside path. Its name starts with a dot,
// so that no include pattern and no loader picks it up.
func writeTemporary(path, text string, like fs.FileInfo) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tunelint-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	defer f.Close()
	if err := copyOwner(f, like); err != nil {
		return "", err
	}
	if _, err := f.WriteString(text); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// copyOwner gives f the owner and mode of an existing file; a new file gets 0644.
func copyOwner(f *os.File, like fs.FileInfo) error {
	if like == nil {
		return f.Chmod(0o644)
	}
	if st, ok := like.Sys().(*syscall.Stat_t); ok {
		if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil && (os.Geteuid() == 0 || int(st.Uid) != os.Geteuid()) {
			return fmt.Errorf("keep the owner: %w", err)
		}
	}
	return f.Chmod(like.Mode().Perm() | like.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
}

func (r replacement) commit() error {
	if _, err := unchanged(r.Change); err != nil {
		return err
	}
	if err := os.Rename(r.temporary, r.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(r.path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func discard(list []replacement) {
	for _, r := range list {
		os.Remove(r.temporary) // best effort: the file was never visible under its own name
	}
}

// restore puts back what was replaced before a later file failed.
func restore(list []replacement) error {
	var errs *multierror.Error
	for _, r := range list {
		if err := r.undo(); err != nil {
			errs = multierror.Append(errs, fmt.Errorf("%s: restore: %w", r.path, err))
		}
	}
	return errs.ErrorOrNil()
}

func (r replacement) undo() error {
	if r.Created() {
		return os.Remove(r.path)
	}
	info, err := os.Lstat(r.path)
	if err != nil {
		return err
	}
	temporary, err := writeTemporary(r.path, r.File.Text, info)
	if err != nil {
		return err
	}
	return os.Rename(temporary, r.path)
}
