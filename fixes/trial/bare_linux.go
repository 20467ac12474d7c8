package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// inPlace makes the world without layers: everything is read-only but what nginx is
// known to write. That is empty, and where it does not exist its folder is one of
// this process with everything that it holds.
func (w *world) inPlace() error {
	if !w.Foreign {
		for _, f := range w.Files {
			if f.Created {
				w.writes = append(w.writes, w.names(f.Path)...)
			}
		}
		if err := w.makeWritable(); err != nil {
			return err
		}
	}
	if err := w.stageAll(false); err != nil {
		return err
	}
	if err := unix.Unmount(w.scratch, unix.MNT_DETACH); err != nil { // what is shown of it stays
		return err
	}
	if err := w.sealAll(); err != nil {
		return err
	}
	return w.stageAll(true) // only now is no file of the machine in reach
}

// makeWritable gives nginx what it writes.
func (w *world) makeWritable() error {
	var present []string
	for _, path := range w.writes {
		info, err := os.Lstat(path)
		switch {
		case err == nil && (info.IsDir() || info.Mode().IsRegular()):
			present = append(present, path)
		case errors.Is(err, fs.ErrNotExist):
			if err := w.rebuild(existing(path)); err != nil {
				return fmt.Errorf("show %s: %w", filepath.Dir(path), err)
			}
		}
	}
	for _, path := range present {
		if err := w.replace(path); err != nil {
			return fmt.Errorf("show an empty %s: %w", path, err)
		}
	}
	return nil
}

// existing returns the innermost folder on the way to a path that exists.
func existing(path string) string {
	for path != "/" {
		path = filepath.Dir(path)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			break
		}
	}
	return path
}

// replace puts an empty file or folder in the place of one, unless something in it
// is to be shown.
func (w *world) replace(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	holds := func(other string) bool { return other != path && within(other, path) }
	if info.IsDir() && (slices.ContainsFunc(w.writes, holds) || slices.ContainsFunc(w.Files, func(f stagedFile) bool { return holds(f.Path) })) {
		return w.rebuild(path)
	}
	name, err := w.like(info)
	if err != nil {
		return err
	}
	return unix.Mount(name, path, "", unix.MS_BIND, "")
}

// crowd is how many entries a folder may have that is built anew.
const crowd = 2000

// rebuild puts a folder of this process in the place of one, in which each entry is
// shown. It does so once.
func (w *world) rebuild(folder string) error {
	if slices.Contains(w.fixed, folder) {
		return nil
	}
	w.fixed = append(w.fixed, folder)
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if folder == "/" {
		return errors.New("it cannot be written")
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if len(entries) > crowd {
		return fmt.Errorf("more than %d entries", crowd)
	}
	name, err := w.like(info)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := w.mirror(filepath.Join(folder, e.Name()), filepath.Join(name, e.Name())); err != nil {
			return err
		}
	}
	return unix.Mount(name, folder, "", unix.MS_BIND|unix.MS_REC, "")
}

// mirror shows one entry of a folder in another one.
func (w *world) mirror(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	if info.IsDir() {
		err = os.Mkdir(to, 0o755)
	} else {
		err = os.WriteFile(to, nil, 0o600)
	}
	if err != nil {
		return err
	}
	return unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, "")
}

// sealAll makes every mount read-only that is not of this process. One that another
// lies over is out of reach.
func (w *world) sealAll() error {
	mounts, err := readMounts()
	if err != nil {
		return err
	}
	for _, m := range mounts {
		if m.source == tag || !m.open() {
			continue
		}
		if err := readOnly(descriptor(m.fd)); err != nil {
			return fmt.Errorf("make %s read-only: %w", m.point, err)
		}
		unix.Close(m.fd)
	}
	return nil
}
