package fixes

import (
	"io"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/tunelint/tunelint/source"
)

// A Change is one file before and after.
type Change struct {
	// File is the file as it was read. A Mode of zero and an empty text mean that
	// it does not exist yet.
	File *source.File
	// Text is the new content.
	Text string
	// Removed says that the file is to go; Text is then empty. No fix removes a file,
	// but taking back what a fix made does.
	Removed bool
}

// Created reports whether the change makes a new file.
func (c Change) Created() bool { return c.File.Mode == 0 && c.File.Text == "" }

// SortChanges orders changes by path.
func SortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.File.Path, b.File.Path) })
}

// WriteDiff prints the changes as a unified diff that git apply and patch -p1
// accept. name gives the path to print for a file, relative and "/"-separated.
//
// There are no "diff --git" lines: git takes the names below those from the top of
// the working tree, patch takes them from where it runs, and these are meant for both.
func WriteDiff(w io.Writer, changes []Change, name func(path string) string) error {
	for _, c := range changes {
		oldLabel, newLabel := label("a/"+name(c.File.Path)), label("b/"+name(c.File.Path))
		if c.Created() {
			oldLabel = "/dev/null"
		}
		if c.Removed {
			newLabel = "/dev/null"
		}
		diff, err := udiff.ToUnifiedDiff(oldLabel, newLabel, c.File.Text, lineEdits(c.File.Text, c.Text), udiff.DefaultContextLines)
		if err != nil {
			return err
		}
		number(diff)
		if _, err := io.WriteString(w, diff.String()); err != nil {
			return err
		}
	}
	return nil
}

// number sets where each hunk starts in the new file: go-udiff 0.4.1 forgets the
// unchanged lines between two changes of one hunk.
func number(diff udiff.UnifiedDiff) {
	delta := 0
	for _, h := range diff.Hunks {
		h.ToLine = h.FromLine + delta
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				delta++
			case udiff.Delete:
				delta--
			}
		}
	}
}
