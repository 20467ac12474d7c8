package transaction

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/disk"
)

// An ErrUnfinished names a run that was cut off. Nothing is written before it is
// undone: what would be fixed may be half of a change.
type ErrUnfinished struct{ Run *Run }

// Error implements error.
func (e *ErrUnfinished) Error() string {
	return fmt.Sprintf("the run %s of %s was cut off and left files half changed", e.Run.ID, e.Run.Time.Format(time.RFC3339))
}

// About says what a run is for, as the manifest records it.
type About struct {
	Tool                      string
	Rules, Hosts, Apply, Back []string
}

// A Transaction is one run, from the look at the files to the verdict on them. The
// methods are called in the order Begin, BackUp, Write, and then Keep or RollBack;
// Close at the end of every way.
type Transaction struct {
	folder  *Folder
	run     *Run
	changes []fixes.Change
	files   []*disk.File
	locks   *disk.Locks
	guard   *guard
	// committed is how many files have their new content.
	committed int
	// hook is what fault injection puts into every change of a file.
	hook func(call string) error
}

// Begin takes the locks and looks at the files. Nothing is written but the lock of
// the state folder. The error wraps [ErrBusy] where another process is writing,
// [disk.ErrChanged] where a file is not what was read, and is an [*ErrUnfinished]
// where an earlier run was cut off.
func Begin(folder *Folder, changes []fixes.Change) (*Transaction, error) {
	return begin(folder, changes, nil)
}

func begin(folder *Folder, changes []fixes.Change, hook func(string) error) (*Transaction, error) {
	t := &Transaction{folder: folder, changes: changes, hook: hook}
	if err := t.open(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Transaction) open() error {
	var errs *multierror.Error
	for _, c := range t.changes {
		f, err := disk.OpenWith(c.File.Path, t.hook)
		if err != nil {
			errs = multierror.Append(errs, err)
			continue
		}
		t.files = append(t.files, f)
		if f.Exists() == c.Created() || f.Text() != c.File.Text {
			errs = multierror.Append(errs, fmt.Errorf("%s: %w", c.File.Path, disk.ErrChanged))
		}
	}
	if err := errs.ErrorOrNil(); err != nil {
		return err
	}
	if err := t.folder.acquire(); err != nil {
		return err
	}
	if err := t.folder.settle(); err != nil {
		return err
	}
	return t.lock()
}

// lock keeps other writers out of the folders of the files, whatever state folder
// they use.
func (t *Transaction) lock() (err error) {
	t.locks, err = lock(t.files)
	return err
}

func lock(files []*disk.File) (*disk.Locks, error) {
	locks, err := disk.Lock(files)
	if errors.Is(err, disk.ErrLocked) {
		err = fmt.Errorf("%w (%w)", ErrBusy, err)
	}
	return locks, err
}

// Refusals returns every reason not to write these files.
func (t *Transaction) Refusals() (out []*disk.Refusal) {
	for _, f := range t.files {
		var refusal *disk.Refusal
		if errors.As(f.Refuse(), &refusal) {
			out = append(out, refusal)
		}
	}
	return out
}

// InPlace says of a path why its bytes are written over; see [disk.File.InPlace].
func (t *Transaction) InPlace(path string) string {
	for _, f := range t.files {
		if f.Path() == path {
			return f.InPlace()
		}
	}
	return ""
}

// Run returns the run; nil before BackUp.
func (t *Transaction) Run() *Run { return t.run }

// BackUp keeps the old and the new texts in the state folder, with the manifest, and
// starts the guard. The files themselves are not touched.
func (t *Transaction) BackUp(about About, now time.Time) error {
	run, err := t.folder.newRun(now)
	if err != nil {
		return err
	}
	t.run = run
	run.Tool, run.Rules, run.Hosts, run.Apply, run.Back = about.Tool, about.Rules, about.Hosts, about.Apply, about.Back
	for i := range t.changes {
		if err := t.keepTexts(i); err != nil {
			return errors.Join(err, t.abandon())
		}
	}
	if err := errors.Join(run.enter(Writing), syncFolder(t.folder.path)); err != nil {
		return errors.Join(err, t.abandon())
	}
	if t.guard, err = startGuard(run, t.folder.locks(t.locks)); err != nil {
		return errors.Join(fmt.Errorf("start the guard: %w", err), t.abandon())
	}
	return nil
}

// keepTexts keeps the texts of one change in the folder of the run.
func (t *Transaction) keepTexts(i int) error {
	c, f, n := t.changes[i], t.files[i], strconv.Itoa(i+1)
	e := newEntry(c.File.Path)
	e.Temporary, e.New, e.After = ".tunelint-"+t.run.ID+"-"+n, "new-"+n, disk.Sum(c.Text)
	e.Folders, e.InPlace = f.Folders(), f.InPlace()
	t.run.Files = append(t.run.Files, e)
	if f.Exists() {
		before := f.State()
		e.Before, e.Old = &before, "old-"+n
		if err := t.run.save(e.Old, f.Text()); err != nil {
			return err
		}
	}
	return t.run.save(e.New, c.Text)
}

// abandon removes the folder of a run that wrote nothing.
func (t *Transaction) abandon() error {
	return os.RemoveAll(t.run.path)
}

// Write writes the files. After an error, and when the files turn out to be wrong,
// [Transaction.RollBack] puts everything back. It stops when ctx ends.
func (t *Transaction) Write(ctx context.Context) error {
	for i, f := range t.files {
		if err := cmp.Or(f.Stage(t.changes[i].Text, t.run.Files[i].Temporary, nil), ctx.Err()); err != nil {
			return err
		}
	}
	if err := t.noteInPlace(); err != nil {
		return err
	}
	for _, f := range t.files {
		if err := f.Commit(); err != nil {
			return err
		}
		t.committed++
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := t.confirm(); err != nil {
		return err
	}
	return t.run.prepare(Kept)
}

// noteInPlace records files that turned out to be written in place: a torn one must
// be known for what it is.
func (t *Transaction) noteInPlace() error {
	changed := false
	for i, f := range t.files {
		if why := f.InPlace(); why != t.run.Files[i].InPlace {
			t.run.Files[i].InPlace, changed = why, true
		}
	}
	if !changed {
		return nil
	}
	return t.run.enter(Writing)
}

// confirm looks at the files anew: they hold the new texts, and are else what they were.
func (t *Transaction) confirm() error {
	for _, e := range t.run.Files {
		if err := e.written(); err != nil {
			return err
		}
	}
	return nil
}

// Keep ends a run whose files are good: the old ones go, the backup stays. After an error
// everything can still be rolled back. From the moment on that the manifest says so the
// run is good, and what then fails is made good by the next one.
func (t *Transaction) Keep() error {
	for i, f := range t.files {
		if err := t.untouched(f, t.run.Files[i]); err != nil {
			return err
		}
	}
	if err := t.run.enterPrepared(Kept); err != nil {
		return err
	}
	for _, f := range t.files {
		_ = f.Finish() // tried once more below, and by the next run
	}
	if t.run.finish() == nil {
		_ = t.run.record(t.run.Time, "") // a full disk must not undo what is good
	}
	return t.guard.release()
}

// untouched checks that nobody who had an old file open wrote to it meanwhile.
func (t *Transaction) untouched(f *disk.File, e *Entry) error {
	kept, err := f.Leftover(e.Temporary)
	if err == nil && kept != "" && (e.Before == nil || kept != e.Before.Sum) {
		err = fmt.Errorf("%s: %w", e.Target(), disk.ErrChanged)
	}
	return err
}

// RollBack puts every file back as it was and makes sure of it. The error is a
// [*Lost] where that did not succeed.
func (t *Transaction) RollBack(why error) error {
	for i := len(t.files) - 1; i >= 0; i-- {
		err := t.files[i].RollBack() // judged by what is on disk afterwards
		t.run.Files[i].Left = err == nil && t.foreign(i)
	}
	lost := t.run.restore()
	if lost == nil {
		_ = t.run.enter(RolledBack) // nothing is left to put back, whatever the manifest says
		_ = t.run.record(t.run.Time, why.Error())
		_ = t.abandon()
	}
	_ = t.guard.release()
	return lost.orNil()
}

// foreign reports whether a file of which nothing of ours is left is not as it was:
// somebody else changed it before the run wrote it, or moved its folder away.
func (t *Transaction) foreign(i int) bool {
	err := t.run.Files[i].original()
	return err != nil && (i >= t.committed || errors.Is(err, disk.ErrLink))
}

// Left returns the files that somebody else changed meanwhile, and that stay so.
func (t *Transaction) Left() (paths []string) {
	for _, e := range t.run.Files {
		if e.Left {
			paths = append(paths, e.Target())
		}
	}
	return paths
}

// Close lets go of the files and the locks.
func (t *Transaction) Close() error {
	for _, f := range t.files {
		f.Close()
	}
	if t.locks != nil {
		t.locks.Close()
	}
	return t.folder.Close()
}
