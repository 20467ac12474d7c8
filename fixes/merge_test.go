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
		{"one setting decided alike by several edits", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s"), deciding(at(fileA, 3, 4, "Z"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "s"), deciding(at(fileA, 3, 4, "Z"), "s"), at(fileB, 0, 1, "!"))}, "[0 1]", "X12Z456789", "!bcdef"},
		{"one setting decided by fewer edits", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s"), deciding(at(fileA, 3, 4, "Z"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "s"), at(fileB, 0, 1, "!"))}, "[0]", "X12Z456789", "abcdef"},
		{"one setting decided by more edits", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "s"), deciding(at(fileA, 3, 4, "Z"), "s"))}, "[0]", "X123456789", "abcdef"},
		{"an edit that two rules name differently", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "r"))}, "[0 1]", "X123456789", "abcdef"},
		{"the setting of a shared edit belongs to both", []Candidate{safe("x", deciding(at(fileA, 0, 1, "X"), "s")), safe("y", deciding(at(fileA, 0, 1, "X"), "r")), safe("z", deciding(at(fileA, 3, 4, "Z"), "r"))}, "[0 1]", "X123456789", "abcdef"},
		{"a fix held back leaves the edits that it shares", []Candidate{safe("x", at(fileA, 0, 1, "X")), safe("y", at(fileA, 3, 4, "Y")), safe("z", at(fileA, 3, 4, "Y"), at(fileA, 0, 1, "Z"))}, "[0 1]", "X12Y456789", "abcdef"},
		{"one title for the fixes of two hosts", []Candidate{on("b", safe("x", at(fileA, 0, 1, "B"))), on("a", safe("x", at(fileA, 0, 1, "A")))}, "[1]", "A123456789", "abcdef"},
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

// The result does not depend on the order of the candidates, and is always valid:
// every fix is applied whole or not at all, and no setting is decided in two ways.
func TestMergeInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	heldBack := 0
	for n := range 3000 {
		list := randomFixes(r)
		want := Merge(list)
		if err := source.Validate(want.Edits); err != nil {
			t.Fatal(err)
		}
		checkAtomic(t, list, want)
		heldBack += len(want.Held)
		for range 3 {
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			if diff := cmp.Diff(texts(want), texts(Merge(list))); diff != "" {
				t.Fatalf("%d: %+v:\n%s", n, list, diff)
			}
		}
	}
	if heldBack < 1000 {
		t.Errorf("only %d fixes were held back", heldBack)
	}
}

// randomFixes returns fixes of several edits in two files, on two hosts, some of which
// are the same, share edits or decide the same settings.
func randomFixes(r *rand.Rand) []Candidate {
	var list []Candidate
	for i := range 1 + r.IntN(8) {
		fix := &Fix{Safety: Safe, Title: fmt.Sprint("t", r.IntN(2))}
		for range 1 + r.IntN(3) {
			if n := len(list); n > 0 && r.IntN(4) == 0 {
				fix.Edits = append(fix.Edits, list[r.IntN(n)].Fix.Edits[0])
				continue
			}
			f := []*source.File{fileA, fileB}[r.IntN(2)]
			start := r.IntN(6)
			e := at(f, start, start+r.IntN(7-start), strings.Repeat("x", r.IntN(3)))
			if e.Span.Start == e.Span.End && e.Text == "" {
				e.Text = "i"
			}
			if r.IntN(2) == 0 {
				e.Decides = []string{"r", "s", "r\ns"}[r.IntN(3)]
			}
			fix.Edits = append(fix.Edits, e)
		}
		if fix.Edits = slices.CompactFunc(source.Sorted(fix.Edits), source.Edit.Same); fix.Validate() == nil {
			list = append(list, Candidate{Rule: fmt.Sprint("rule", i%3), Host: []string{"a", "b"}[r.IntN(2)], Fix: fix})
		}
	}
	return list
}

func texts(m Merged) map[string]string {
	out := map[string]string{}
	for f, text := range Apply(m.Edits) {
		out[f.Path] = text
	}
	return out
}

// checkAtomic compares the edits of a merge with those of the fixes that it applies.
func checkAtomic(t *testing.T, list []Candidate, m Merged) {
	t.Helper()
	var applied []source.Edit
	for _, i := range m.Applied {
		applied = append(applied, list[i].Fix.Edits...)
	}
	for _, e := range applied {
		if !slices.ContainsFunc(m.Edits, e.Same) {
			t.Fatalf("%+v is applied without %+v", list, e)
		}
	}
	for _, e := range m.Edits {
		if !slices.ContainsFunc(applied, e.Same) {
			t.Fatalf("%+v: %+v belongs to no applied fix", list, e)
		}
	}
	if len(m.Applied)+len(m.Held) != len(list) {
		t.Fatalf("%d applied, %d held back of %d", len(m.Applied), len(m.Held), len(list))
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
