package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/disk"
	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// A writing is what --write does with a repair.
type writing struct {
	*session
	repair  *repair
	changes []fixes.Change
	steps   *report.Steps
	tests   []*nginxTest
	*transaction.Transaction
}

// write writes the changes unless something speaks against it.
func (s *session) write(r *repair) error {
	folder, err := s.stateFolder(r)
	if err != nil {
		return fail(exitRefused, err)
	}
	w := &writing{session: s, repair: r, changes: r.changes(), steps: s.newSteps()}
	if w.Transaction, err = transaction.Begin(folder, w.changes); err != nil {
		return fail(exitRefused, beginning(err))
	}
	defer w.Close()
	r.inPlace = w.inPlace()
	if err := w.permit(); err != nil {
		return fail(exitRefused, err)
	}
	s.interrupts.saying(nil)
	done := false
	err = s.interrupts.hold(func(ctx context.Context) error {
		err := w.commit(ctx)
		done = err == nil
		return err
	})
	if !done { // a signal that came when all was done changes nothing
		return err
	}
	if w.Run().State == transaction.Kept {
		s.note("the old files could not be removed yet: %s beside the new ones; the next run of fix --write does", ".tunelint-"+w.Run().ID+"-*")
	}
	if r.undo = undoing(w.Run()); w.Run().Temporary {
		r.undo = checkoutCommand(w.changes)
	}
	s.plan(r, true)
	return exit(s.leftAfter(r))
}

// beginning says what to do about a transaction that could not begin.
func beginning(err error) error {
	var cut *transaction.ErrUnfinished
	var state *transaction.ErrFolder
	switch {
	case errors.As(err, &cut):
		return fmt.Errorf("%w: %s puts them back; nothing is written", err, undoing(cut.Run))
	case errors.As(err, &state):
		return unwritten(err, keptElsewhere)
	}
	return unwritten(err, "")
}

// keptElsewhere is what to do where the state folder cannot take backups.
const keptElsewhere = " (--backup-dir DIR keeps backups elsewhere, --vcs-backup leaves them to git)"

// unwritten adds to errors that nothing is written, and what can be done about it.
func unwritten(err error, remedy string) error {
	if list := flatten(err); len(list) > 1 {
		return multierror.Append(nil, append(list, fmt.Errorf("%w%s", errNothingWritten, remedy))...)
	}
	return fmt.Errorf("%w; nothing is written%s", err, remedy)
}

// permit collects what speaks against writing: refusals, nginx, the user, and files
// that changed while all this took its time.
func (w *writing) permit() error {
	if err := w.refuse(w.repair, w.Refusals()); err != nil {
		return err
	}
	if err := w.try(); err != nil {
		return err
	}
	if err := w.confirm(w.repair); err != nil {
		return err
	}
	return w.unchanged()
}

// inPlace lists the files that are not replaced by new ones.
func (w *writing) inPlace() (out []report.InPlace) {
	for _, c := range w.changes {
		if why := w.InPlace(c.File.Path); why != "" {
			out = append(out, report.InPlace{Path: c.File.Path, Why: why})
		}
	}
	return out
}

// try has nginx judge the files as they are and as they shall be.
func (w *writing) try() error {
	err := w.interrupts.hold(func(ctx context.Context) (err error) {
		w.tests, err = w.askBefore(ctx, w.repair)
		if ctx.Err() != nil {
			w.tests, err = nil, errStopped
		}
		return err
	})
	for _, t := range w.tests {
		w.sayTest(t)
	}
	return err
}

// unchanged reads everything anew: what was decided holds for the files as they were
// read, also for those that are not written.
func (w *writing) unchanged() error {
	store := source.NewStore(source.OS())
	for _, p := range w.repair.parts {
		now, err := p.project.load(store)
		if err != nil {
			return fmt.Errorf("read the files once more: %w", err)
		}
		if path := differing(textsOf(p.before.hosts), textsOf(now.hosts)); path != "" {
			return fmt.Errorf("%s: %w; nothing is written", path, disk.ErrChanged)
		}
	}
	return nil
}

// textsOf returns the text of every file that hosts read, by path.
func textsOf(hosts []*host.Host) map[string]string {
	out := map[string]string{}
	for _, h := range hosts {
		for _, f := range h.Files() {
			out[f.Path] = f.Text
		}
	}
	return out
}

// differing returns the first path with another text, "" for none.
func differing(a, b map[string]string) string {
	var out []string
	for path, text := range a {
		if now, ok := b[path]; !ok || now != text {
			out = append(out, path)
		}
	}
	for path := range b {
		if _, ok := a[path]; !ok {
			out = append(out, path)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return slices.Min(out)
}

// commit writes the changes and looks at the result on disk. Whatever goes wrong,
// and a signal that came in meanwhile, puts every file back.
func (w *writing) commit(ctx context.Context) error {
	if err := w.backUp(); err != nil {
		return fail(exitRefused, unwritten(fmt.Errorf("keep a backup: %w", err), keptElsewhere))
	}
	err := w.Write(ctx)
	w.written(err)
	if err == nil {
		err = w.judge(ctx)
	}
	if err == nil {
		err = w.Keep()
	}
	if err != nil {
		return w.putBack(err)
	}
	return nil
}

// verifyWritten reads the project anew from disk and compares it with what the
// changes promised.
func (p *part) verifyWritten() error {
	hosts, err := p.loadChosen(source.NewStore(source.OS()))
	if err != nil {
		return fmt.Errorf("read what was written: %w", err)
	}
	if fresh := worsened(p.outcome.After, lint.Run(hosts, p.options.Options), grave); fresh != "" {
		return fmt.Errorf("the files as written give a new finding: %s", fresh)
	}
	return nil
}

// leftAfter returns the exit code of what is left after the fixes.
func (s *session) leftAfter(r *repair) int {
	code := r.remaining()
	if code != exitClean {
		s.note("findings remain: see tunelint check%s%s", r.again.Flags, r.again.Paths)
	}
	return code
}
