package trial

import (
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

func TestJudge(t *testing.T) {
	ok := Verdict{Kind: OK, Syntax: true}
	at := func(complaint, file string, line int) Verdict {
		return Verdict{Kind: Broken, Complaint: complaint, File: file, Line: line}
	}
	late := Verdict{Kind: CannotTell, Complaint: `open() "/x" failed (2: No such file or directory)`, Syntax: true}
	changes := []fixes.Change{{File: &source.File{Path: "/changed"}, Text: "x"}}
	for _, c := range []struct {
		name          string
		before, after Verdict
		want          Judgement
	}{
		{"accepted both times", ok, ok, Accepted},
		{"repaired", at("a", "/f", 1), ok, Accepted},
		{"broken", ok, at("a", "/f", 1), Worse},
		{"something around it is gone", ok, late, Worse},
		{"the same", at("a", "/f", 1), at("a", "/f", 1), Undecided},
		{"the same on another line", at("a", "/changed", 1), at("a", "/changed", 9), Undecided},
		{"the same, with a second place", at("duplicate, see /g:1 in /h:3", "/changed", 1), at("duplicate, see /g:1 in /h:4", "/changed", 2), Undecided},
		{"the same of another file", at("a", "/f", 1), at("a", "/changed", 1), Worse},
		{"another in a changed file", at("a", "/f", 1), at("b", "/changed", 1), Worse},
		{"another behind", at("a", "/f", 1), at("b", "/f", 2), Undecided},
		{"another before", at("a", "/f", 2), at("b", "/f", 1), Worse},
		{"one that is seen at the end, behind another", at("a", "/f", 2), late, Undecided},
		{"one before what is seen at the end", late, at("a", "/f", 2), Worse},
		{"no room", ok, Verdict{Complaint: `write() failed (28: No space left on device)`}, Undecided},
		{"cannot be written", ok, Verdict{Complaint: `open() "/dev/x" failed (30: Read-only file system)`}, Undecided},
	} {
		earlier := func(a, b Verdict) bool { return a.File == b.File && a.Line < b.Line }
		if got := Judge(c.before, c.after, changes, earlier); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := Judge(at("a", "/f", 2), at("b", "/f", 1), changes, nil); got != Undecided {
		t.Errorf("an unknown order: %d", got)
	}
}
