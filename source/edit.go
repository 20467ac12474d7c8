package source

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Edit replaces the bytes of a span. An empty span inserts, an empty text
// deletes. Coordinates are those of the file as it was read.
type Edit struct {
	Span Span
	Text string
	// Decides names the setting whose effective value the edit decides, such as
	// "sysctl net.core.somaxconn". Edits that decide one setting with different
	// texts contradict each other even when their bytes are apart. Empty: none.
	Decides string
}

// Same reports whether two edits change the same bytes to the same text. What they
// decide is then the same too, whoever names it.
func (e Edit) Same(o Edit) bool { return e.Span == o.Span && e.Text == o.Text }

// ErrEdits marks an invalid set of edits, always a bug of whoever made it.
var ErrEdits = errors.New("invalid edits")

// Validate reports whether every edit lies within its file and no two overlap.
// The error wraps [ErrEdits].
func Validate(edits []Edit) error {
	sorted := Sorted(edits)
	for i, e := range sorted {
		switch s := e.Span; {
		case s.File == nil:
			return fmt.Errorf("%w: no file", ErrEdits)
		case s.Start < 0 || s.Start > s.End || s.End > len(s.File.Text):
			return fmt.Errorf("%w: %s: range %d-%d of %d bytes", ErrEdits, s.File.Path, s.Start, s.End, len(s.File.Text))
		case s.Start == s.End && e.Text == "":
			return fmt.Errorf("%w: %s: nothing to change", ErrEdits, s)
		case i > 0 && Overlap(sorted[i-1], e):
			return fmt.Errorf("%w: %s overlaps %s", ErrEdits, s, sorted[i-1].Span)
		}
	}
	return nil
}

// Overlap reports whether two edits touch the same bytes or start at the same
// byte, where their order would decide the result. An insertion at the end of
// another edit does not overlap it.
func Overlap(a, b Edit) bool {
	if a.Span.File != b.Span.File {
		return false
	}
	if a.Span.Start == b.Span.Start {
		return true
	}
	return a.Span.Start < b.Span.End && b.Span.Start < a.Span.End
}

// Sorted returns the edits ordered by path and place; the argument stays as it is.
func Sorted(edits []Edit) []Edit {
	out := append([]Edit(nil), edits...)
	slices.SortStableFunc(out, func(a, b Edit) int {
		switch {
		case a.Span.Before(b.Span):
			return -1
		case b.Span.Before(a.Span):
			return 1
		}
		return 0
	})
	return out
}

// Apply returns the text of f with the edits that belong to f applied. The
// edits must be valid; see [Validate].
func Apply(f *File, edits []Edit) string {
	var b strings.Builder
	at := 0
	for _, e := range Sorted(edits) {
		if e.Span.File != f {
			continue
		}
		b.WriteString(f.Text[at:e.Span.Start])
		b.WriteString(e.Text)
		at = e.Span.End
	}
	b.WriteString(f.Text[at:])
	return b.String()
}
