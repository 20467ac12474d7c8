package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxSpared bounds how many fixes are tried to be done without one by one.
const maxSpared = 8

// spare leaves out fixes that others of the run make pointless: where one fix raises a
// limit and a later one raises it further, the later one is enough, and a line that one
// removes and another writes again is better changed in place. It returns the outcome
// with the fewest fixes after which no more is found.
func (s *settler) spare(first *state, out *Outcome) *Outcome {
	if out.Unsettled != nil || len(s.steps) < 2 {
		return out
	}
	outdone := s.outdone()
	if len(outdone) == 0 {
		return out
	}
	if fewer := s.without(outdone, first, out); fewer != nil {
		return fewer
	}
	var spared []string
	for _, identity := range outdone[:min(len(outdone), maxSpared)] {
		if fewer := s.without(append(spared, identity), first, out); fewer != nil {
			out, spared = fewer, append(spared, identity)
		}
	}
	return out
}

// spares reports whether others make a fix pointless; f may be nil.
func (s *settler) spares(f *Finding) bool {
	return f != nil && slices.Contains(s.spared, f.Identity())
}

// without settles again without some fixes; nil where that is no better.
func (s *settler) without(spared []string, first *state, out *Outcome) *Outcome {
	again := &settler{start: s.start, load: s.load, options: s.options, spared: spared}
	fewer := again.settle(first)
	if fewer.Unsettled != nil || len(fewer.Applied) >= len(out.Applied) || !fewer.leavesNoMore(out) {
		return nil
	}
	return fewer
}

// leavesNoMore reports whether nothing is found after the fixes, and none is held
// back, that is not with the other outcome.
func (o *Outcome) leavesNoMore(other *Outcome) bool {
	type one struct {
		print, message string
		severity       Severity
	}
	left := map[one]int{}
	for _, f := range other.After.Findings {
		for _, print := range f.fingerprints() {
			left[one{print, f.Message, f.Severity}]++
		}
	}
	for _, f := range o.After.Findings {
		for _, print := range f.fingerprints() {
			key := one{print, f.Message, f.Severity}
			if left[key]--; left[key] < 0 {
				return false
			}
		}
	}
	return len(o.Held) <= len(other.Held)
}

// outdone returns the identities of applied fixes that decide a setting which a fix
// of a later step decides anew.
func (s *settler) outdone() []string {
	last := map[string]int{}
	each := func(f func(step int, found *Finding, setting string)) {
		for i, made := range s.steps {
			for _, found := range made.applied {
				for _, setting := range s.settings(found, i) {
					f(i, found, setting)
				}
			}
		}
	}
	each(func(step int, _ *Finding, setting string) { last[setting] = step })
	var out []string
	each(func(step int, found *Finding, setting string) {
		if last[setting] > step && !slices.Contains(out, found.Identity()) {
			out = append(out, found.Identity())
		}
	})
	return out
}

// settings names what the fix of a finding decides, so that the names of two steps
// can be compared: a block of nginx is named by its offset, which edits shift.
func (s *settler) settings(found *Finding, steps int) []string {
	var out []string
	for _, e := range found.Fix.Edits {
		for _, setting := range strings.Split(e.Decides, "\n") {
			if setting != "" {
				out = append(out, found.Host+" "+s.asNamedFirst(e.Span.File, setting, steps))
			}
		}
	}
	return out
}

// asNamedFirst returns the name of a setting with the offset that its block has in
// the files as they were read.
func (s *settler) asNamedFirst(file *source.File, setting string, steps int) string {
	rest, ok := strings.CutPrefix(setting, file.Path+" ")
	at, name, _ := strings.Cut(rest, " ")
	open, err := strconv.Atoi(at)
	if !ok || err != nil {
		return setting
	}
	for i := steps - 1; i >= 0; i-- {
		open, _ = origin(s.steps[i].edits, source.Span{File: file, Start: open, End: open})
	}
	return file.Path + " " + strconv.Itoa(open) + " " + name
}
