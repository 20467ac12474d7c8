package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes/disk"
	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/spelling"
)

// putBack restores every file of a write that failed with cause.
func (w *writing) putBack(cause error) error {
	if errors.Is(cause, context.Canceled) {
		cause = errInterrupted
	}
	w.steps.Begin("restore", spelling.Count(len(w.changes), "file"))
	err := w.RollBack(cause)
	errs := multierror.Append(nil, flatten(cause)...)
	var lost *transaction.Lost
	if errors.As(err, &lost) {
		w.steps.End("failed", "")
		return &exitError{exitRestore, multierror.Append(errs, lostLines(lost)...)}
	}
	outcome := "every file is as it was"
	if len(w.Left()) > 0 {
		outcome = "every other file is as it was"
	}
	w.steps.End("ok", outcome)
	return fail(exitRefused, multierror.Append(errs, errors.New(outcome)))
}

// lostLines say of each file that could not be put back how to do it by hand.
func lostLines(lost *transaction.Lost) []error {
	var out []error
	for _, f := range lost.Files {
		what, command := "removed", "rm "+spelling.ShellWord(f.Path)
		if f.Backup != "" {
			what, command = "put back", "cp "+spelling.ShellWord(f.Backup)+" "+spelling.ShellWord(f.Path)
		}
		switch {
		case errors.Is(f.Err, disk.ErrLink):
			command = "look where the link leads, then " + undoing(lost.Run)
		case errors.Is(f.Err, transaction.ErrDamaged):
			command = "look at the backup before you copy it"
		}
		why := strings.ReplaceAll(f.Err.Error(), "\n", "; ")
		out = append(out, fmt.Errorf("%s could not be %s: %s: %s", f.Path, what, why, command))
	}
	return append(out, fmt.Errorf("or, once the cause is gone: %s", undoing(lost.Run)))
}
