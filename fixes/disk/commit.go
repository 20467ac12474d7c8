package disk

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Commit puts the staged content in place, atomically in the usual way, and syncs. It
// fails with [ErrChanged], and leaves the file as it found it, if the file is not what
// it was when it was looked at: another inode, another time of change, other bytes.
// Names are exchanged and what came out is looked at again, so a change in the last
// moment is met too. What was replaced then has the name that was temporary, until
// [File.Finish] or [File.RollBack]. Where the file system cannot exchange names, the
// new file is renamed over the old one right after the check and nothing is kept.
//
// In place there are moments at which a reader sees a mixture. Room for all of the
// text is reserved first; a failure half-way is made good at once.
func (f *File) Commit() error { return f.named(f.commit()) }

func (f *File) commit() error {
	if f.phase != staged {
		return errors.New("nothing is staged")
	}
	if err := f.sameFolder(); err != nil {
		return err
	}
	switch {
	case f.removing:
		return f.takeAway()
	case f.inPlace != "":
		return f.overwrite()
	case !f.exists:
		return f.appear()
	}
	return f.replace()
}

// replace exchanges the old file with the new one.
func (f *File) replace() error {
	if err := f.unchanged(f.name, look.untouched); err != nil {
		return err
	}
	err := f.sys.exchange(f.folder, f.temporary, f.name)
	switch {
	case errors.Is(err, errNoFlags):
		return f.renameOver()
	case errors.Is(err, unix.ENOENT):
		return ErrChanged
	case err != nil:
		return err
	}
	f.phase = exchanged
	err = f.unchanged(f.temporary, look.like)
	if err == nil {
		err = f.sys.sync(f.folder)
	}
	return f.or(err, f.exchangeBack)
}

// or undoes a step that failed with err.
func (f *File) or(err error, undo func() error) error {
	if err == nil {
		return nil
	}
	if undone := undo(); undone != nil {
		return fmt.Errorf("%w; and it could not be put back: %w", err, undone)
	}
	return err
}

// exchangeBack undoes an exchange. Should somebody have replaced the new file
// meanwhile, or written to it, theirs stays.
func (f *File) exchangeBack() error {
	err := f.sys.exchange(f.folder, f.temporary, f.name)
	if errors.Is(err, unix.ENOENT) {
		return f.moveBack()
	}
	if err != nil {
		return err
	}
	f.phase = staged
	err = f.oursAs(f.temporary)
	if !errors.Is(err, ErrChanged) {
		return err
	}
	if again := f.sys.exchange(f.folder, f.temporary, f.name); again != nil {
		return again
	}
	f.phase = exchanged
	return err
}

// renameOver is replace without an exchange.
func (f *File) renameOver() error {
	if err := f.unchanged(f.name, look.untouched); err != nil {
		return err
	}
	if err := f.sys.rename(f.folder, f.temporary, f.name); err != nil {
		return err
	}
	f.phase, f.beside = renamed, false
	return f.or(f.sys.sync(f.folder), f.rewrite)
}

// appear gives a file that is new its name.
func (f *File) appear() error {
	err := f.sys.move(f.folder, f.temporary, f.name)
	if errors.Is(err, unix.EEXIST) {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	f.phase, f.beside = renamed, false
	return f.or(f.sys.sync(f.folder), f.withdraw)
}

// takeAway takes the name from a file that shall go.
func (f *File) takeAway() error {
	if err := f.unchanged(f.name, look.untouched); err != nil {
		return err
	}
	err := f.sys.move(f.folder, f.name, f.temporary)
	if errors.Is(err, unix.ENOENT) {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	f.phase, f.beside = removed, true
	err = f.unchanged(f.temporary, look.like)
	if err == nil {
		err = f.sys.sync(f.folder)
	}
	return f.or(err, f.moveBack)
}

// moveBack gives the old file its name again if nobody else has it.
func (f *File) moveBack() error {
	err := f.sys.move(f.folder, f.temporary, f.name)
	if errors.Is(err, unix.EEXIST) {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	f.phase, f.beside = looked, false
	return f.sys.sync(f.folder)
}
