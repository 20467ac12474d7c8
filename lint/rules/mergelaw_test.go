package rules_test

import (
	"math/rand/v2"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// TestAnySubsetMerges takes any of the fixes that are offered, every choice of them,
// in any order: the same ones are applied, the bytes that come out are the same, and
// those outside the edits are where they were.
func TestAnySubsetMerges(t *testing.T) {
	offered, held := 0, 0
	lawHosts(t, 150, 1, func(c *testCase, seed uint64) {
		m := c.open(t)
		hosts, err := m.load(m.store)
		if err != nil {
			t.Fatal(err)
		}
		all := candidatesOf(lint.Run(hosts, m.options))
		offered += len(all)
		r := rand.New(rand.NewPCG(seed, 7))
		for range min(6, 1<<len(all)) {
			var some []fixes.Candidate
			for _, candidate := range all {
				if r.IntN(4) > 0 {
					some = append(some, candidate)
				}
			}
			held += checkMerge(t, c.name, r, some)
		}
	})
	t.Logf("%d fixes offered, %d times one was held back", offered, held)
	if offered < 1000 || held < 100 {
		t.Error("too few fixes, or conflicts, to show anything")
	}
}

func candidatesOf(r *lint.Result) []fixes.Candidate {
	var out []fixes.Candidate
	for _, f := range r.Findings {
		for _, choice := range f.Choices() {
			out = append(out, fixes.Candidate{Rule: f.Rule.Name, Host: f.Host, Fix: choice.Fix})
		}
	}
	return out
}

// checkMerge merges candidates in two orders and returns how many were held back.
func checkMerge(t *testing.T, name string, r *rand.Rand, list []fixes.Candidate) (held int) {
	t.Helper()
	first := fixes.Merge(list)
	if err := source.Validate(first.Edits); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	applied := map[*fixes.Fix]bool{}
	for _, i := range first.Applied {
		applied[list[i].Fix] = true
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	second := fixes.Merge(list)
	for _, i := range second.Applied {
		if !applied[list[i].Fix] {
			t.Errorf("%s: %s: %s is applied in one order only", name, list[i].Rule, list[i].Fix.Title)
		}
	}
	if len(first.Applied) != len(second.Applied) || len(first.Applied)+len(first.Held) != len(list) {
		t.Errorf("%s: %d and %d of %d fixes are applied", name, len(first.Applied), len(second.Applied), len(list))
	}
	other := fixes.Apply(second.Edits)
	for f, text := range fixes.Apply(first.Edits) {
		if other[f] != text {
			t.Errorf("%s: %s depends on the order of the fixes:\n%s\nor\n%s", name, f.Path, text, other[f])
		}
		if undone := undo(f, text, first.Edits); undone != f.Text {
			t.Errorf("%s: %s: bytes outside the edits changed", name, f.Path)
		}
	}
	return len(first.Held)
}

// undo puts back what edits replaced: what is left then are the bytes outside them.
func undo(f *source.File, text string, edits []source.Edit) string {
	for i := len(edits) - 1; i >= 0; i-- {
		e, before := edits[i], 0
		if e.Span.File != f {
			continue
		}
		for _, other := range edits[:i] {
			if other.Span.File == f {
				before += len(other.Text) - (other.Span.End - other.Span.Start)
			}
		}
		start := e.Span.Start + before
		if text[start:start+len(e.Text)] != e.Text {
			return "" // the edit's own text is not there
		}
		text = text[:start] + e.Span.Text() + text[start+len(e.Text):]
	}
	return text
}
