package report

import (
	"slices"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

// A fixSet holds different fixes. The zero fixSet is empty.
type fixSet struct {
	byFirst map[source.Edit][]*fixes.Fix // by the first edit
}

// add adds a fix and reports whether no equal one was there. Fixes without
// edits are all equal.
func (s *fixSet) add(f *fixes.Fix) bool {
	if len(f.Edits) == 0 {
		return false
	}
	key := source.Sorted(f.Edits)[0]
	if slices.ContainsFunc(s.byFirst[key], f.Equal) {
		return false
	}
	if s.byFirst == nil {
		s.byFirst = map[source.Edit][]*fixes.Fix{}
	}
	s.byFirst[key] = append(s.byFirst[key], f)
	return true
}
