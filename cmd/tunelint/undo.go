package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/disk"
	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

func (a *app) undoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "undo [RUN]",
		Short: "put back the files of a fix --write",
		Long: "undo puts back every file that a run of fix --write changed, the newest run\n" +
			"unless one is named, and finishes a run that was cut off. It refuses if\n" +
			"somebody changed one of the files since. Nothing is reloaded: the commands to\n" +
			"run are printed.\n\n" +
			"Exit code: 0 put back, 2 no such run, 4 refused and nothing changed, 5 a file\n" +
			"could not be put back.",
		Example: "  tunelint undo --list      the runs, newest first\n  tunelint undo 7f3a",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("one run at a time: %d are named", len(args))
			}
			return nil
		},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := readSettings(cmd.Flags())
			if err != nil {
				return err
			}
			return a.undo(set, strings.Join(args, ""))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Bool("list", false, "list the runs, newest first")
	f.Bool("dry-run", false, "print what would change as a diff")
	f.Bool("leave-changed", false, "put the other files back where somebody changed one since")
	f.String("backup-dir", "", "look for backups in `DIR` (root: /var/backups/tunelint)")
	group(f, "Undo")
	screenFlags(f)
	f.BoolP("quiet", "q", false, "print no notes on standard error")
	group(f, "Output")
	return cmd
}

func (a *app) undo(set *settings, word string) error {
	folder, err := openState(set.text("backup-dir"))
	if err != nil {
		return fail(exitUsage, err)
	}
	defer folder.Close()
	if set.flag("list") {
		return a.listRuns(folder)
	}
	run, err := folder.Find(word)
	switch {
	case errors.Is(err, transaction.ErrNoRun):
		return fail(exitUsage, err)
	case err != nil:
		return fail(exitIncomplete, err)
	case set.flag("dry-run"):
		return a.previewUndo(folder, run)
	}
	err = a.interrupts.hold(func(context.Context) error { return folder.Undo(run, set.flag("leave-changed"), time.Now()) })
	if err != nil {
		return undoFailed(err, folder, run)
	}
	if !set.flag("quiet") {
		a.sayUndone(run, set)
	}
	return nil
}

// undoFailed gives the error of an undo its exit code and says what to do.
func undoFailed(err error, folder *transaction.Folder, run *transaction.Run) error {
	var lost *transaction.Lost
	errs := multierror.Append(nil, flatten(err)...)
	switch {
	case errors.As(err, &lost):
		return &exitError{exitRestore, multierror.Append(nil, lostLines(lost)...)}
	case errors.Is(err, transaction.ErrNoRun):
		return fail(exitUsage, err)
	case errors.Is(err, disk.ErrChanged):
	case run.State == transaction.Undoing:
		return fail(exitRefused, err) // it says how far it came
	default:
		return fail(exitRefused, multierror.Append(errs, errNotPutBack))
	}
	if later := folder.Later(run); later != nil {
		errs = multierror.Append(errs, fmt.Errorf("the run %s changed it after the run %s: first %s", later.ID, run.ID, undoing(later)))
	}
	if len(flatten(err)) < len(run.Files) {
		errs = multierror.Append(errs, fmt.Errorf("%w (--leave-changed puts the other files back)", errNotPutBack))
	} else {
		errs = multierror.Append(errs, errNotPutBack)
	}
	return fail(exitRefused, errs)
}

var errNotPutBack = errors.New("nothing is put back")

// sayUndone says what was put back and what makes it take effect.
func (a *app) sayUndone(run *transaction.Run, set *settings) {
	steps := report.NewSteps(a.stderr, set.display(os.Stderr), false)
	n := 0
	for _, e := range run.Files {
		steps.Begin("undo", e.Target())
		switch {
		case e.Left:
			steps.End("left", "as somebody changed it")
			continue
		case e.Before == nil:
			steps.End("ok", "removed")
		default:
			steps.End("ok", "")
		}
		n++
	}
	fmt.Fprintf(a.stderr, "Put back: %s.\n", spelling.Count(n, "file"))
	_ = report.Afterwards(a.stderr, run.Back, set.display(os.Stderr))
}

// listRuns prints the runs of a state folder.
func (a *app) listRuns(folder *transaction.Folder) error {
	runs, err := folder.Runs()
	if len(runs) > 0 {
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "RUN\tWHEN\tSTATE\tFILES\tRULES")
		for _, r := range runs {
			state := r.State
			if r.Unfinished() {
				state = "cut off"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", r.ID, r.Time.Format(time.DateTime+"Z"), state, len(r.Files), strings.Join(r.Rules, ", "))
		}
		err = errors.Join(err, w.Flush())
	}
	return fail(exitIncomplete, err)
}

// previewUndo prints what an undo would change as a diff.
func (a *app) previewUndo(folder *transaction.Folder, run *transaction.Run) error {
	if err := run.Ended(); err != nil {
		return fail(exitUsage, err)
	}
	if err := run.Check(); err != nil {
		return undoFailed(err, folder, run)
	}
	var changes []fixes.Change
	for _, e := range run.Files {
		before, _, err := run.Texts(e)
		if err != nil {
			return fail(exitIncomplete, err)
		}
		now, err := os.ReadFile(e.Target())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fail(exitIncomplete, err)
		}
		file := &source.File{Path: e.Target(), Text: string(now), Mode: 0o644}
		changes = append(changes, fixes.Change{File: file, Text: before, Removed: e.Before == nil})
	}
	fixes.SortChanges(changes)
	return fail(exitIncomplete, fixes.WriteDiff(a.stdout, changes, func(p string) string { return strings.TrimPrefix(p, "/") }))
}
