package trial

import (
	"context"
	"path/filepath"
	"regexp"

	"github.com/tunelint/tunelint/fixes"
)

// A Judgement compares what nginx said without and with changes.
type Judgement uint8

const (
	// Undecided means that nginx refuses the configuration with the changes as it
	// did without them, and that they are not what it complains of. What it would say
	// behind its first complaint is not known.
	Undecided Judgement = iota
	// Accepted means that nginx accepts the configuration with the changes.
	Accepted
	// Worse means that nginx refuses the configuration with the changes for a reason
	// that was not there before.
	Worse
)

// Compare has nginx test the files and judges it by what it said before the changes.
// With staged the changes are laid over the files on disk; without, they are written
// there. A complaint that may be gone a moment later is asked about once more before
// it is held against the changes. For earlier see [Judge].
func (t *Trial) Compare(ctx context.Context, before Verdict, changes []fixes.Change, staged bool, earlier func(a, b Verdict) bool) (Verdict, Judgement, error) {
	shown := changes
	if !staged {
		shown = nil
	}
	after, err := t.Ask(ctx, shown)
	if err != nil {
		return after, Undecided, err
	}
	j := Judge(before, after, changes, earlier)
	if j != Worse || !passing.MatchString(after.Complaint) {
		return after, j, nil
	}
	if after, err = t.Ask(ctx, shown); err != nil {
		return after, Undecided, err
	}
	return after, Judge(before, after, changes, earlier), nil
}

// Judge compares two verdicts. A complaint is not held against the changes if it is
// the one that nginx had before, on whatever line. A new one is, if it was accepted
// before, if it is about a changed file, or if it stands earlier than the old one,
// where nginx had found nothing. earlier says so of two places in the files as they
// were; nil means that it is not known.
func Judge(before, after Verdict, changes []fixes.Change, earlier func(a, b Verdict) bool) Judgement {
	switch {
	case after.Kind == OK:
		return Accepted
	case confined.MatchString(after.Complaint):
		return Undecided
	case before.Kind == OK:
		return Worse
	case before.File == after.File && unnumbered(before.Complaint) == unnumbered(after.Complaint):
		return Undecided
	case after.Syntax != before.Syntax:
		// What is seen only when everything was read stands behind all the rest.
		if before.Syntax {
			return Worse
		}
		return Undecided
	case blames(after, changes):
		return Worse
	case before.File != "" && after.File != "" && earlier != nil && earlier(after, before):
		return Worse
	}
	return Undecided
}

// otherPlace is a second place that a complaint names.
var otherPlace = regexp.MustCompile(`( in /\S*):[0-9]+`)

// unnumbered drops the lines of further places from a complaint: they may have moved.
func unnumbered(complaint string) string { return otherPlace.ReplaceAllString(complaint, "$1") }

// blames reports whether a complaint is about one of the changed files.
func blames(v Verdict, changes []fixes.Change) bool {
	if v.File == "" {
		return false
	}
	file, err := filepath.EvalSymlinks(v.File)
	if err != nil {
		file = v.File
	}
	for _, c := range changes {
		if c.File.Path == file {
			return true
		}
	}
	return false
}
