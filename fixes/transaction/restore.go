package transaction

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/tunelint/tunelint/fixes/disk"
)

// A Lost error names files that could not be put back.
type Lost struct {
	Run   *Run
	Files []LostFile
}

// A LostFile is a file that is not as it was before the run, or a temporary one that
// could not be removed.
type LostFile struct {
	Path string
	// Backup is where its old text is kept, "" for a file that was not there.
	Backup string
	Err    error
}

// Error implements error.
func (l *Lost) Error() string {
	var paths []string
	for _, f := range l.Files {
		paths = append(paths, fmt.Sprintf("%s: %v", f.Path, f.Err))
	}
	return "not put back: " + strings.Join(paths, "; ")
}

// orNil keeps a nil *Lost from becoming an error.
func (l *Lost) orNil() error {
	if l == nil {
		return nil
	}
	return l
}

// restore puts every file of a run back, from whatever state the run and its process
// left it in, and returns those that are not as they were.
func (r *Run) restore() *Lost {
	lost := &Lost{Run: r}
	for i := len(r.Files) - 1; i >= 0; i-- {
		e := r.Files[i]
		if e.Left {
			continue
		}
		err := r.restoreFile(e)
		if failed := e.original(); failed != nil {
			lost.Files = append(lost.Files, LostFile{e.Target(), r.Backup(e), errors.Join(err, failed)})
		}
		for _, name := range e.leftovers() {
			lost.Files = append(lost.Files, LostFile{filepath.Join(filepath.Dir(e.Target()), name), "", err})
		}
	}
	if len(lost.Files) == 0 {
		return nil
	}
	return lost
}

// restoreFile puts one file back. One that is neither as before nor as the run wrote
// it is somebody else's and stays; only what was written in place may be torn.
func (r *Run) restoreFile(e *Entry) error {
	f, err := disk.Open(e.Target())
	if err != nil {
		return err
	}
	defer f.Close()
	kept, err := f.Leftover(e.Temporary)
	if err := errors.Join(err, f.Discard(e.restaged())); err != nil {
		return err
	}
	now := f.State().Sum
	ours := f.Exists() && now == e.After
	switch {
	case e.Before == nil:
		return r.unmake(f, e, ours)
	case f.Exists() && now == e.Before.Sum && (e.InPlace == "" || f.State().Modified.Equal(e.Before.Modified)):
		return f.Discard(e.Temporary)
	case ours && kept != "" && kept != e.After: // the old file, or what somebody made of it
		if err := f.SwapBack(e.Temporary); err != nil {
			return err
		}
		return f.Discard(e.Temporary)
	case ours || f.Exists() && e.InPlace != "" && r.torn(e, f.Text()): // also the old text with a new time
		return errors.Join(f.Discard(e.Temporary), r.rewrite(f, e))
	}
	if _, _, err := r.Texts(e); err != nil {
		return errors.Join(disk.ErrChanged, err) // what lies beside is all there is of the old file
	}
	return errors.Join(f.Discard(e.Temporary), disk.ErrChanged)
}

// unmake removes a file that the run made, with the folders for it.
func (r *Run) unmake(f *disk.File, e *Entry, ours bool) error {
	err := f.Discard(e.Temporary)
	if ours {
		err = errors.Join(err, through(f, f.StageRemoval(e.restaged())))
	}
	for i := len(e.Folders) - 1; i >= 0; i-- {
		err = errors.Join(err, disk.RemoveFolder(e.Folders[i]))
	}
	return err
}

// through commits what was staged and removes what that replaced. If anybody writes to
// it meanwhile, what they wrote is there again.
func through(f *disk.File, staged error) error {
	err := staged
	if err == nil {
		err = f.Commit()
	}
	if err != nil {
		return errors.Join(err, f.RollBack())
	}
	if err = f.Finish(); errors.Is(err, disk.ErrChanged) {
		err = errors.Join(err, f.RollBack())
	}
	return err
}

// rewrite writes the old text from the backup. What the file is besides stays as it
// is now: a run keeps it, so a difference is somebody's wish.
func (r *Run) rewrite(f *disk.File, e *Entry) error {
	before, _, err := r.Texts(e)
	if err != nil {
		return err
	}
	want := f.State()
	want.Sum, want.Modified = e.Before.Sum, e.Before.Modified
	return through(f, f.Stage(before, e.restaged(), &want))
}

// restaged is the name beside the file for the way back. It is not that of the way
// there: a file of that name is whole.
func (e *Entry) restaged() string { return e.Temporary + "-back" }

// untouched reports whether every file is as before the run, and nothing lies beside.
func (r *Run) untouched() bool {
	for _, e := range r.Files {
		if e.original() != nil || len(e.leftovers()) > 0 {
			return false
		}
	}
	return true
}

// leftovers returns the names beside the file that hold what the run made.
func (e *Entry) leftovers() (names []string) {
	f, err := disk.Open(e.Target())
	if err != nil {
		return nil
	}
	defer f.Close()
	for _, name := range []string{e.Temporary, e.restaged()} {
		if sum, err := f.Leftover(name); sum != "" || err != nil {
			names = append(names, name)
		}
	}
	return names
}

// torn reports whether a text is what a write over the old one leaves when it is cut
// off, on the way there or back.
func (r *Run) torn(e *Entry, now string) bool {
	before, after, err := r.Texts(e)
	return err == nil && mixed(now, before, after)
}

// mixed reports whether every byte of a text is that of a or of b at its place. Where a
// power cut came after the new size and before the new bytes, NULs follow the end of a.
func mixed(now, a, b string) bool {
	if len(now) < min(len(a), len(b)) || len(now) > max(len(a), len(b)) {
		return false
	}
	for i := range len(now) {
		if (i >= len(a) || now[i] != a[i]) && (i >= len(b) || now[i] != b[i]) && (i < min(len(a), len(b)) || now[i] != 0) {
			return false
		}
	}
	return true
}

// original returns nil if the file on disk is as it was before the run.
func (e *Entry) original() error {
	f, err := disk.Open(e.Target())
	if err != nil {
		return err
	}
	defer f.Close()
	switch {
	case e.Before == nil && !f.Exists():
		return nil
	case e.Before == nil:
		return errors.New("it is still there")
	case !f.Exists():
		return errors.New("it is gone")
	case f.State().Sum != e.Before.Sum:
		return errors.New("its content is not what it was")
	}
	return alike(*e.Before, f.State())
}

// written returns nil if the file on disk is as the run means it to be.
func (e *Entry) written() error {
	f, err := disk.Open(e.Target())
	if err != nil {
		return err
	}
	defer f.Close()
	if !f.Exists() || f.State().Sum != e.After {
		return fmt.Errorf("%s: %w", e.Target(), disk.ErrChanged)
	}
	if e.Before == nil {
		return nil
	}
	if err := alike(*e.Before, f.State()); err != nil {
		return fmt.Errorf("%s: %w", e.Target(), err)
	}
	return nil
}

// alike returns what differs between two states besides content and time.
func alike(a, b disk.State) error {
	switch {
	case a.Mode != b.Mode:
		return fmt.Errorf("its mode is %o, no longer %o", b.Mode, a.Mode)
	case a.UID != b.UID || a.GID != b.GID:
		return fmt.Errorf("its owner is %d:%d, no longer %d:%d", b.UID, b.GID, a.UID, a.GID)
	case a.Flags != b.Flags:
		return fmt.Errorf("its inode flags are %#x, no longer %#x", b.Flags, a.Flags)
	case !maps.EqualFunc(a.Attributes, b.Attributes, func(x, y []byte) bool { return string(x) == string(y) }):
		return errors.New("its extended attributes are not what they were")
	}
	return nil
}
