package disk

import "fmt"

// overwrite writes the new text over the old one. Room comes first, then what lies
// beyond the old end, so that a full disk is met before an old byte is lost.
func (f *File) overwrite() error {
	if err := f.unchanged(f.name, look.untouched); err != nil {
		return err
	}
	f.phase = overwriting
	err := f.sys.reserve(f.fresh, int64(len(f.next)))
	if err == nil {
		err = f.sys.overwrite(f.fresh, f.next, f.seen.size)
	}
	if err == nil {
		err = f.dressAgain(f.want)
	}
	if err == nil {
		err = f.giveTime(f.fresh, f.name, f.next)
	}
	if err == nil {
		err = f.sys.sync(f.fresh)
	}
	if err == nil {
		f.phase = overwritten
	}
	return f.or(err, f.overwriteBack)
}

// overwrite replaces all of an open file whose content has the size old.
func (s system) overwrite(fd int, text string, old int64) error {
	from := min(old, int64(len(text)))
	if err := s.write(fd, text[from:], from); err != nil {
		return err
	}
	if err := s.write(fd, text[:from], 0); err != nil {
		return err
	}
	return s.truncate(fd, int64(len(text)))
}

// dressAgain restores what writing takes away, such as set-id bits and capabilities.
func (f *File) dressAgain(want State) error {
	if err := f.sys.setFlags(f.fresh, want.Flags); err != nil {
		return fmt.Errorf("inode flags: %w", err)
	}
	if err := f.sys.dressOwner(f.fresh, want); err != nil {
		return err
	}
	return f.sys.dress(f.fresh, want)
}

// foreign reports whether this user writes what belongs to another one: then the
// kernel does not let it set the time.
func (f *File) foreign() bool { return !f.who.root() && f.who.uid != f.seen.uid }

// overwriteBack writes the old text again, with its old time.
func (f *File) overwriteBack() error {
	now, err := f.sys.look(f.fresh)
	if err != nil {
		return err
	}
	f.phase = overwriting
	if err := f.sys.overwrite(f.fresh, f.text, now.size); err != nil {
		return err
	}
	if err := f.dressAgain(f.state); err != nil {
		return err
	}
	if err := f.sys.setTimes(f.fresh, f.folder, f.name, f.seen); err != nil && !f.foreign() {
		return err
	}
	if err := f.sys.sync(f.fresh); err != nil {
		return err
	}
	f.phase = staged
	return nil
}
