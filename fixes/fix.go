package fixes

import (
	"errors"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// Safety says what the user may lose by a fix.
type Safety uint8

const (
	// Safe removes what has no effect, a contradiction or a silent cap, or makes
	// nginx accept what the files evidently ask for. It is applied by default.
	Safe Safety = iota + 1
	// Unsafe may change behaviour somebody relies on. It is applied on request.
	Unsafe
)

// String returns "safe" or "unsafe".
func (s Safety) String() string {
	switch s {
	case Safe:
		return "safe"
	case Unsafe:
		return "unsafe"
	}
	return "invalid"
}

// A Fix is a set of edits that only make sense together, possibly over several
// files. It is applied whole or not at all.
type Fix struct {
	Safety Safety
	// Title says what the fix does, in the imperative: "set keepalive_timeout to 55s".
	Title string
	// Loss says what an unsafe fix may cost; empty for a safe one.
	Loss  string
	Edits []source.Edit
}

// Validate reports whether the fix can be applied at all: it has a safety and
// a title, and its edits are in bounds and disjoint.
func (f *Fix) Validate() error {
	switch {
	case f.Safety != Safe && f.Safety != Unsafe:
		return errors.New("fix without a safety")
	case f.Title == "":
		return errors.New("fix without a title")
	case len(f.Edits) == 0:
		return errors.New("fix without edits")
	}
	return source.Validate(f.Edits)
}

// Equal reports whether two fixes make the same edits.
func (f *Fix) Equal(g *Fix) bool {
	return slices.EqualFunc(source.Sorted(f.Edits), source.Sorted(g.Edits), source.Edit.Same)
}
