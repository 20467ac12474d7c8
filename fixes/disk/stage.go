package disk

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Stage prepares the new content. In the usual way it makes a synced file of the name
// temporary in the same folder, with the state want, and its time too where want is
// of this very text; nil means the state of the file itself, and mode 0644 for a new
// one whatever the umask.
// A new file belongs to who writes, and folders that it makes are 0755, with the
// set-group-ID bit and the access control list that their folder hands down. The name
// must not be taken. Until the file has its owner and mode, nobody else may read it.
//
// In place it makes nothing but checks that there is room. If a new file turns out not
// to take the owner, mode, attributes or inode flags of the old one, it is removed,
// and [File.InPlace] says so. What the kernel computes is not carried over:
// security.ima and security.evm.
//
// After an error there is [File.RollBack].
func (f *File) Stage(text, temporary string, want *State) error {
	return f.named(f.stage(text, temporary, want))
}

func (f *File) stage(text, temporary string, want *State) error {
	if err := f.ready(temporary); err != nil {
		return err
	}
	f.next, f.want = text, f.state
	if want != nil {
		f.want = *want
	}
	if err := f.makeFolders(); err != nil {
		return err
	}
	if err := f.sameFolder(); err != nil {
		return err
	}
	if f.inPlace == "" {
		var misfit *misfit
		err := f.stageBeside(text, want != nil || f.exists)
		if !errors.As(err, &misfit) || !f.exists {
			return err
		}
		if err := f.discard(); err != nil {
			return err
		}
		f.inPlace = "a new file cannot be given its " + misfit.what
	}
	return f.stageOver()
}

// ready checks that Stage may begin.
func (f *File) ready(temporary string) error {
	switch {
	case f.refusal != nil:
		return f.refusal
	case f.phase != looked:
		return errors.New("staged before")
	case temporary == "" || strings.Contains(temporary, "/") || temporary == f.name:
		return fmt.Errorf("%q is no name for a temporary file", temporary)
	}
	f.temporary = temporary
	return nil
}

// StageRemoval prepares for the file to go: Commit then gives it the name temporary,
// which must not be taken, [File.RollBack] its own name again, and [File.Finish]
// removes it.
func (f *File) StageRemoval(temporary string) error {
	if err := f.ready(temporary); err != nil {
		return f.named(err)
	}
	if !f.exists {
		return f.named(ErrChanged)
	}
	f.phase, f.removing = staged, true
	return nil
}

// stageBeside makes the new file.
func (f *File) stageBeside(text string, like bool) error {
	fd, err := f.sys.open(f.folder, f.temporary, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	f.fresh, f.beside = fd, true
	if err := f.fill(fd, text, like); err != nil {
		return err
	}
	f.phase = staged
	return nil
}

// giveTime sets the time of the text where it is known, if the kernel lets this user.
func (f *File) giveTime(fd int, name, text string) error {
	if f.want.Sum != Sum(text) || f.want.Modified.IsZero() {
		return nil
	}
	err := f.sys.setTimes(fd, f.folder, name, look{accessed: f.want.Modified, modified: f.want.Modified})
	if err != nil && f.foreign() {
		return nil
	}
	return err
}

// fill makes a new file what it shall be.
func (f *File) fill(fd int, text string, like bool) error {
	if !like {
		if err := f.sys.write(fd, text, 0); err != nil {
			return err
		}
		if err := f.sys.changeMode(fd, 0o644); err != nil {
			return err
		}
		return f.sys.sync(fd)
	}
	// Some flags can only be set while a file is empty.
	if err := fit("inode flags", f.sys.setFlags(fd, f.want.Flags)); err != nil {
		return err
	}
	if err := f.sys.dressOwner(fd, f.want); err != nil {
		return err
	}
	if err := f.sys.write(fd, text, 0); err != nil {
		return err
	}
	if err := f.sys.dress(fd, f.want); err != nil {
		return err
	}
	if err := f.giveTime(fd, f.temporary, text); err != nil {
		return err
	}
	return f.sys.sync(fd)
}

// stageOver opens the file for writing and asks for room.
func (f *File) stageOver() error {
	fd, err := f.sys.open(f.folder, f.name, unix.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	f.fresh = fd
	// On an overlay file system only this made the file one that can be written.
	if err := f.unchanged(f.name, look.like); err != nil {
		return err
	}
	if f.seen, err = f.sys.look(f.held); err != nil {
		return err
	}
	if now, err := f.sys.look(fd); err != nil || !now.is(f.seen) {
		return cmp.Or(err, ErrChanged)
	}
	room, err := f.sys.room(fd, f.who.root())
	if err != nil {
		return err
	}
	if room < int64(len(f.next))-f.seen.size {
		return unix.ENOSPC
	}
	f.phase = staged
	return nil
}
