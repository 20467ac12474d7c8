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
		Example:               "  tunelint undo --list      the runs, newest first\n  tunelint undo 7f3a",
		Args:                  cobra.MaximumNArgs(1),
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
		return a.previewUndo(run)
	}
	err = a.interrupts.hold(func(context.Context) error { return folder.Undo(run, set.flag("leave-changed"), time.Now()) })
	if err != nil {
		return undoFailed(err)
	}
	if !set.flag("quiet") {
		a.sayUndone(run, set)
	}
	return nil
}

// undoFailed gives the error of an undo its exit code and says what to do.
func undoFailed(err error) error {
	var lost *transaction.Lost
	switch {
	case errors.As(err, &lost):
		return &exitError{exitRestore, multierror.Append(nil, lostLines(lost)...)}
	case errors.Is(err, transaction.ErrNoRun):
		return fail(exitUsage, err)
	case errors.Is(err, disk.ErrChanged):
		errs := multierror.Append(nil, flatten(err)...)
		return fail(exitRefused, multierror.Append(errs, errors.New("nothing is put back (--leave-changed puts the other files back)")))
	}
	return fail(exitRefused, err)
}

// sayUndone says what was put back and what makes it take effect.
func (a *app) sayUndone(run *transaction.Run, set *settings) {
	n := 0
	for _, e := range run.Files {
		if e.Left {
			fmt.Fprintf(a.stderr, "Left as it is: %s\n", visible(e.Target()))
			continue
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
func (a *app) previewUndo(run *transaction.Run) error {
	if !run.Undoable() {
		return fail(exitUsage, fmt.Errorf("%w: the run %s is %s already", transaction.ErrNoRun, run.ID, run.State))
	}
	if err := run.Check(); err != nil {
		return undoFailed(err)
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
