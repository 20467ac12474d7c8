package transaction

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes/disk"
)

// A since is a [disk.ErrChanged] in words of its own.
type since string

func (e since) Error() string { return string(e) }

// Is implements what [errors.Is] asks.
func (e since) Is(target error) bool { return target == disk.ErrChanged }

// Check returns the files of the run that somebody changed since, each an error that
// wraps [disk.ErrChanged]; nil where all can be put back.
func (r *Run) Check() error {
	var errs *multierror.Error
	for _, e := range r.Files {
		if err := r.foreign(e); err != nil && !e.Left {
			errs = multierror.Append(errs, fmt.Errorf("%s: %w", e.Target(), err))
		}
	}
	return errs.ErrorOrNil()
}

// foreign returns an error if a file is neither as before the run nor as the run left it.
func (r *Run) foreign(e *Entry) error {
	f, err := disk.Open(e.Target())
	if err != nil {
		return err
	}
	defer f.Close()
	now := f.State().Sum
	switch {
	case !f.Exists() && e.Before == nil, f.Exists() && now == e.After, f.Exists() && e.Before != nil && now == e.Before.Sum:
		return nil
	case f.Exists() && r.Unfinished() && e.InPlace != "" && r.torn(e, f.Text()):
		return nil
	case !f.Exists():
		return since("somebody removed it since")
	}
	return since("it was changed since")
}

// Ended says that a run has nothing to undo, which wraps [ErrNoRun]; nil where it has.
func (r *Run) Ended() error {
	if r.Undoable() {
		return nil
	}
	return noRun(fmt.Sprintf("the run %s is %s already", r.ID, r.State))
}

// Later returns the newest run that changed a file of r after it and can be undone, nil
// for none.
func (f *Folder) Later(r *Run) *Run {
	runs, _ := f.Runs() // one that cannot be read cannot be undone
	for _, later := range runs {
		if later.Name() == r.Name() {
			return nil
		}
		shared := slices.ContainsFunc(later.Files, func(a *Entry) bool {
			return slices.ContainsFunc(r.Files, func(b *Entry) bool { return a.Target() == b.Target() })
		})
		if shared && later.Undoable() {
			return later
		}
	}
	return nil
}

// Undo puts back every file of the run, also of one that was cut off. Files that
// somebody changed since are an error before anything is touched, unless leave says
// that they stay as they are; it is an error if that leaves none. The error wraps [ErrBusy] where another process is
// writing, and is a [*Lost] where a file could not be put back: then the run can be
// undone again.
func (f *Folder) Undo(r *Run, leave bool, now time.Time) error {
	if err := r.Ended(); err != nil {
		return err
	}
	if err := f.acquire(); err != nil {
		return err
	}
	again, err := readRun(r.path) // the state may have changed before the lock was ours
	if err != nil {
		return err
	}
	*r = *again
	if err := r.Ended(); err != nil {
		return err
	}
	r.leaveChanged(leave)
	if err := r.Check(); err != nil {
		return err
	}
	if err := r.whole(); err != nil && r.State == Written { // another may have the old files themselves
		return err
	}
	return f.undo(r, now)
}

// leaveChanged leaves out the files that somebody changed since, if it shall, and
// unless that is all. A run that was cut off can always be ended so.
func (r *Run) leaveChanged(leave bool) {
	some := r.Unfinished()
	for _, e := range r.Files {
		e.Left = leave && r.foreign(e) != nil
		some = some || !e.Left
	}
	for _, e := range r.Files {
		e.Left = e.Left && some
	}
}

func (f *Folder) undo(r *Run, now time.Time) error {
	files, err := r.openAll()
	defer func() {
		for _, file := range files {
			file.Close()
		}
	}()
	if err != nil {
		return err
	}
	locks, err := lock(files)
	if err != nil {
		return err
	}
	defer locks.Close()
	if err := r.enter(Undoing); err != nil {
		return err
	}
	g, err := startGuard(r, f.locks(locks))
	if err != nil {
		return fmt.Errorf("start the guard: %w", err)
	}
	lost := r.restore()
	if lost == nil {
		if err := r.enter(Undone); err != nil {
			return fmt.Errorf("every file is put back, but not recorded so: %w", err)
		}
		_ = r.record(now, "")
	}
	return errors.Join(lost.orNil(), g.release())
}

// openAll opens the files of the run, for their locks and for what keeps them from
// being written.
func (r *Run) openAll() (files []*disk.File, err error) {
	var errs *multierror.Error
	for _, e := range r.Files {
		if e.Left {
			continue
		}
		f, err := disk.Open(e.Target())
		if err == nil {
			files = append(files, f)
			err = f.Refuse()
		}
		if err != nil {
			errs = multierror.Append(errs, err)
		}
	}
	return files, errs.ErrorOrNil()
}
