package disk

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Leftover returns the SHA-256 of the file of the name temporary beside the file, "" for
// none: what a process left that died between Stage and Finish.
func (f *File) Leftover(temporary string) (sha256 string, err error) {
	sha256, err = f.leftover(temporary)
	return sha256, f.named(err)
}

func (f *File) leftover(temporary string) (string, error) {
	if len(f.way.missing) > 0 {
		return "", nil
	}
	l, err := f.sys.lookAt(f.folder, temporary)
	switch {
	case errors.Is(err, unix.ENOENT):
		return "", nil
	case err != nil:
		return "", err
	case !l.regular():
		return "", ErrChanged
	}
	fd, err := f.sys.open(f.folder, temporary, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer closeFile(&fd)
	text, err := f.sys.read(fd)
	if err != nil {
		return "", err
	}
	return Sum(text), nil
}

// SwapBack exchanges the file with what Leftover found, or gives that the name of the
// file if there is none. It fails with [ErrChanged] if the file is not what it was when
// it was looked at.
func (f *File) SwapBack(temporary string) error { return f.named(f.swapBack(temporary)) }

func (f *File) swapBack(temporary string) error {
	if !f.exists {
		err := f.sys.move(f.folder, temporary, f.name)
		if errors.Is(err, unix.EEXIST) {
			return ErrChanged
		}
		if err != nil {
			return err
		}
		return f.sys.sync(f.folder)
	}
	if err := f.unchanged(f.name, look.untouched); err != nil {
		return err
	}
	if err := f.sys.exchange(f.folder, temporary, f.name); err != nil {
		return err
	}
	err := f.unchanged(temporary, look.like)
	if err == nil {
		return f.sys.sync(f.folder)
	}
	return f.or(err, func() error { return f.sys.exchange(f.folder, temporary, f.name) })
}

// Discard removes what Leftover found; none is no error.
func (f *File) Discard(temporary string) error {
	if len(f.way.missing) > 0 {
		return nil
	}
	err := f.sys.remove(f.folder, temporary)
	if err == nil {
		err = f.sys.sync(f.folder)
	}
	return f.named(err)
}
