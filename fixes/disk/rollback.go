package disk

import (
	"errors"

	"golang.org/x/sys/unix"
)

// RollBack puts back what Commit replaced, with its own bytes, owner and times, and
// removes what Stage made. It is allowed after any of the methods, also a failed one,
// until Close, and may be repeated when it failed. Several files are rolled back in
// the reverse order of their Stage, so that folders get empty.
//
// It fails with [ErrChanged], and leaves all as it is, if somebody wrote to the new
// file meanwhile; the old one then keeps the name temporary. Where nothing was kept
// ([File.Commit] without exchange, or after [File.Finish]), a new file is made with
// the old text, state and time. In place the time stays that of the roll-back if the
// file belongs to another user.
func (f *File) RollBack() error { return f.named(f.rollBack()) }

func (f *File) rollBack() error {
	var err error
	switch f.phase {
	case exchanged:
		err = f.ours()
		if err == nil {
			err = f.exchangeBack()
		}
		if err == nil {
			err = f.sys.sync(f.folder)
		}
	case removed:
		err = f.moveBack()
	case renamed:
		err = f.undoRename()
	case gone:
		err = f.rewrite()
	case overwriting:
		err = f.overwriteBack()
	case overwritten:
		// The inode is put back also where the name is gone: it may have others.
		if err = f.sys.holds(f.fresh, f.next); err == nil {
			err = f.overwriteBack()
		}
	}
	if err != nil {
		return err
	}
	if err := f.discard(); err != nil {
		return err
	}
	f.phase = looked
	return f.removeFolders()
}

func (f *File) undoRename() error {
	if f.exists {
		return f.rewrite()
	}
	return f.withdraw()
}

// ours checks that the file is what Commit wrote; a file that somebody removed is
// replaced again.
func (f *File) ours() error {
	_, err := f.sys.lookAt(f.folder, f.name)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return f.oursAs(f.name)
}

// oursAs checks that a name is the new file with the new text.
func (f *File) oursAs(name string) error {
	return f.sys.still(f.folder, name, f.fresh, f.next, func(look) bool { return true })
}

// withdraw takes the name from a file that Commit created.
func (f *File) withdraw() error {
	if err := f.ours(); err != nil {
		return err
	}
	err := f.sys.move(f.folder, f.name, f.temporary)
	if errors.Is(err, unix.ENOENT) {
		f.phase = looked
		return nil
	}
	if err != nil {
		return err
	}
	f.phase, f.beside = staged, true
	err = f.oursAs(f.temporary)
	if !errors.Is(err, ErrChanged) {
		return err
	}
	if again := f.sys.move(f.folder, f.temporary, f.name); again != nil {
		return again
	}
	f.phase, f.beside = renamed, false
	return err
}

// rewrite makes the old file anew where nothing was kept of it.
func (f *File) rewrite() error {
	if f.phase == renamed {
		if err := f.ours(); err != nil {
			return err
		}
	}
	if err := f.discard(); err != nil {
		return err
	}
	f.want = f.state
	fd, err := f.sys.open(f.folder, f.temporary, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer closeFile(&fd)
	f.beside = true
	if err := f.fill(fd, f.text, true); err != nil {
		return err
	}
	if err := f.putRewritten(); err != nil {
		return err
	}
	f.phase, f.beside = looked, false
	return f.sys.sync(f.folder)
}

func (f *File) putRewritten() error {
	if f.phase == renamed {
		return f.sys.rename(f.folder, f.temporary, f.name)
	}
	err := f.sys.move(f.folder, f.temporary, f.name)
	if errors.Is(err, unix.EEXIST) {
		return ErrChanged
	}
	return err
}

// discard removes what we have beside the file.
func (f *File) discard() error {
	if !f.beside {
		return nil
	}
	if f.phase == looked || f.phase == staged {
		closeFile(&f.fresh) // NFS keeps open files under a name of its own
	}
	if err := f.sys.remove(f.folder, f.temporary); err != nil {
		return err
	}
	f.beside = false
	return f.sys.sync(f.folder)
}

// Finish removes what Commit kept. It fails with [ErrChanged], and removes nothing, if
// somebody who had the old file open wrote to it meanwhile: RollBack brings their text
// back under its name.
func (f *File) Finish() error { return f.named(f.finish()) }

func (f *File) finish() error {
	after := renamed
	switch f.phase {
	case exchanged:
	case removed:
		after = gone
	case renamed, overwritten, gone:
		return nil
	default:
		return errors.New("nothing is committed")
	}
	if err := f.unchanged(f.temporary, look.like); err != nil {
		return err
	}
	if err := f.sys.remove(f.folder, f.temporary); err != nil {
		return err
	}
	f.phase, f.beside = after, false
	return f.sys.sync(f.folder)
}
