package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

// putBack restores every file of a write that failed with cause and makes sure
// of it. A file that cannot be restored is kept under another name, with the
// command that puts it back.
func (s *session) putBack(changes []fixes.Change, cause error) error {
	for _, c := range changes {
		if !original(c) {
			_ = revert(c) // judged by what is on disk afterwards
		}
	}
	var lost []fixes.Change
	for _, c := range changes {
		if !original(c) {
			lost = append(lost, c)
		}
	}
	if len(lost) == 0 {
		errs := multierror.Append(nil, flatten(cause)...)
		return fail(exitRefused, multierror.Append(errs, errors.New("every file is as it was")))
	}
	errs := multierror.Append(nil, flatten(cause)...)
	for _, c := range lost {
		errs = multierror.Append(errs, keep(c))
	}
	return &exitError{exitRestore, errs}
}

// original reports whether a file on disk is as it was read.
func original(c fixes.Change) bool {
	now, err := os.ReadFile(c.File.Path)
	if c.Created() {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && string(now) == c.File.Text
}

// revert undoes one change that was written.
func revert(c fixes.Change) error {
	if c.Created() {
		return os.Remove(c.File.Path)
	}
	written := &source.File{Path: c.File.Path, Text: c.Text, Mode: c.File.Mode}
	return fixes.Write([]fixes.Change{{File: written, Text: c.File.Text}})
}

// keep saves what a file held and says how to put it back.
func keep(c fixes.Change) error {
	if c.Created() {
		return fmt.Errorf("%s is new and could not be removed: rm %s", c.File.Path, quote(c.File.Path))
	}
	f, err := os.CreateTemp("", "tunelint-"+filepath.Base(c.File.Path)+"-*")
	if err == nil {
		_, err = f.WriteString(c.File.Text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("%s could not be put back, and its content not saved: %w", c.File.Path, err)
	}
	return fmt.Errorf("%s could not be put back: cp %s %s", c.File.Path, quote(f.Name()), quote(c.File.Path))
}
