package fixes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

var (
	fileA = source.NewFile("/a", "0123456789")
	fileB = source.NewFile("/b", "abcdef")
)

func at(f *source.File, start, end int, text string) source.Edit {
	return source.Edit{Span: source.Span{File: f, Start: start, End: end}, Text: text}
}

func deciding(e source.Edit, setting string) source.Edit {
	e.Decides = setting
	return e
}

func safe(rule string, edits ...source.Edit) Candidate {
	return Candidate{Rule: rule, Fix: &Fix{Safety: Safe, Title: "fix " + rule, Edits: edits}}
}

func on(host string, c Candidate) Candidate {
	c.Host = host
	return c
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name       string
		candidates []Candidate
		applied    string // indexes
		a, b       string // texts after
	}{
		{"disjoint", []Candidate{safe("x", at(fileA, 0, 1, "X")), safe("y", at(fileA, 5, 6, "Y"))}, "[0 1]", "X1234Y6789", "abcdef"},
		{"identical edits coalesce", []Candidate{safe("x", at(fileA, 2, 4, "-")), safe("y", at(fileA, 2, 4, "-"), at(fileB, 0, 0, "!"))}, "[0 1]", "01-456789", "!abcdef"},
		{"the same deletion twice", []Candidate{safe("x", at(fileA, 2, 8, "")), safe("y", at(fileA, 2, 8, ""))}, "[0 1]", "0189", "abcdef"},
		{"an overlap holds the later fix back whole", []Candidate{safe("x", at(fileA, 2, 5, "-")), safe("y", at(fileA, 4, 6, "="), at(fileB, 0, 1, "!"))}, "[0]", "01-56789", "abcdef"},
		{"insertions at one place", []Candidate{safe("y", at(fileA, 3, 3, "y")), safe("x", at(fileA, 3, 3, "x"))}, "[1]", "012x3456789", "abcdef"},
		{"insertion at the end of a deletion", []Candidate{safe("x", at(fileA, 2, 4, "")), safe("y", at(fileA, 4, 4, "y"))}, "[0 1]", "01y456789", "abcdef"},
		{"one setting decided twice", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s")), safe("y", deciding(at(fileB, 0, 1, "Y"), "r\ns"))}, "[0]", "X123456789", "abcdef"},
		{"the same setting of two hosts", []Candidate{on("a", safe("x", deciding(at(fileA, 0, 1, "X"), "s"))), on("b", safe("x", deciding(at(fileB, 0, 1, "Y"), "s")))}, "[0 1]", "X123456789", "Ybcdef"},
		{"the same setting in a file that two hosts share", []Candidate{on("a", safe("x", deciding(at(fileA, 0, 1, "X"), "s"))), on("b", safe("x", deciding(at(fileA, 5, 6, "Y"), "s")))}, "[0]", "X123456789", "abcdef"},
		{"one setting decided alike", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "s"))}, "[0 1]", "X123456789", "abcdef"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Merge(c.candidates)
			if got := fmt.Sprint(m.Applied); got != c.applied {
				t.Errorf("applied %s, want %s", got, c.applied)
			}
			if len(m.Applied)+len(m.Held) != len(c.candidates) {
				t.Error("a fix is neither applied nor held back")
			}
			if err := source.Validate(m.Edits); err != nil {
				t.Fatal(err)
			}
			got := Apply(m.Edits)
			for f, want := range map[*source.File]string{fileA: c.a, fileB: c.b} {
				text, ok := got[f]
				if !ok {
					text = f.Text
				}
				if text != want {
					t.Errorf("%s: %q, want %q", f.Path, text, want)
				}
			}
		})
	}
}

// The result does not depend on the order of the candidates, and is always valid.
func TestMergeInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var list []Candidate
		for i := range 1 + r.IntN(8) {
			start := r.IntN(9)
			e := at(fileA, start, start+r.IntN(10-start), strings.Repeat("x", r.IntN(3)))
			if e.Span.Start == e.Span.End && e.Text == "" {
				e.Text = "i"
			}
			list = append(list, safe(fmt.Sprintf("rule%d", i), e))
		}
		want := Merge(list)
		if err := source.Validate(want.Edits); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(list)
		if diff := cmp.Diff(Apply(want.Edits)[fileA], Apply(Merge(list).Edits)[fileA]); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestFixValidate(t *testing.T) {
	good := Fix{Safety: Safe, Title: "t", Edits: []source.Edit{at(fileA, 0, 1, "")}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]Fix{
		"no safety": {Title: "t", Edits: good.Edits},
		"no title":  {Safety: Safe, Edits: good.Edits},
		"no edits":  {Safety: Unsafe, Title: "t"},
		"overlap":   {Safety: Safe, Title: "t", Edits: []source.Edit{at(fileA, 0, 3, ""), at(fileA, 2, 4, "")}},
	} {
		if bad.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
