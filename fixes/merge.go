package fixes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Candidate is a fix that a rule suggests.
type Candidate struct {
	Rule string
	// Host names the machine: the settings of two are two, unless they share a file.
	Host string
	Fix  *Fix
}

// Merged is what remains of the candidates once conflicts are resolved.
type Merged struct {
	// Edits are disjoint and sorted; identical edits of several fixes stand once.
	Edits []source.Edit
	// Applied holds the indexes of the candidates whose edits are all in Edits.
	Applied []int
	// Held holds the candidates that conflict with an applied one.
	Held []Held
}

// A Held candidate waits because it conflicts with an applied one.
type Held struct {
	// Index of the candidate.
	Index int
	// Reason names the rule it conflicts with and the place or setting.
	Reason string
}

// Merge decides which fixes can be applied together. A fix is taken whole or
// held back whole; all spans are compared in the coordinates of the files as
// they were read. The result does not depend on the order of the candidates.
func Merge(candidates []Candidate) Merged {
	m := merger{files: map[*source.File][]taken{}, settings: map[string][]taken{}}
	var out Merged
	for _, c := range sorted(candidates) {
		if reason := m.conflict(c); reason != "" {
			out.Held = append(out.Held, Held{c.index, reason})
			continue
		}
		m.take(c)
		out.Applied = append(out.Applied, c.index)
	}
	slices.Sort(out.Applied)
	out.Edits = m.edits()
	return out
}

// ordered is a candidate with its edits in order and where it stood in the list.
type ordered struct {
	Candidate
	edits []source.Edit
	index int
}

// sorted orders candidates by their places, then rule, host and title, so that only
// those that do the same for the same reason keep the order they came in.
func sorted(candidates []Candidate) []ordered {
	out := make([]ordered, len(candidates))
	for i, c := range candidates {
		out[i] = ordered{c, source.Sorted(c.Fix.Edits), i}
	}
	slices.SortStableFunc(out, func(a, b ordered) int {
		return cmp.Or(
			compareSpans(a.edits[0].Span, b.edits[0].Span),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Host, b.Host),
			strings.Compare(a.Fix.Title, b.Fix.Title),
			slices.CompareFunc(a.edits, b.edits, compareEdits))
	})
	return out
}

func compareEdits(a, b source.Edit) int {
	return cmp.Or(compareSpans(a.Span, b.Span), strings.Compare(a.Text, b.Text), strings.Compare(a.Decides, b.Decides))
}

func compareSpans(a, b source.Span) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}

// taken is an accepted edit and the rule and host it came from.
type taken struct {
	source.Edit
	rule, host string
}

type merger struct {
	files    map[*source.File][]taken // sorted by start
	settings map[string][]taken
}

// conflict says why a fix cannot join those taken so far; "" if it can.
func (m *merger) conflict(c ordered) string {
	for _, e := range c.edits {
		if rule := m.overlap(e); rule != "" {
			p := e.Span.Position()
			return fmt.Sprintf("changes the same place as %s (line %d)", rule, p.Line)
		}
	}
	for _, d := range decisions(c.edits) {
		if rule := m.contradicts(d, c.Host); rule != "" {
			return fmt.Sprintf("decides the same setting as %s", rule)
		}
	}
	return ""
}

// A decision is what the edits of one fix make of one setting.
type decision struct {
	setting string
	edits   []source.Edit
}

// decisions lists the settings that the edits of a fix decide, in their order.
func decisions(edits []source.Edit) []decision {
	var out []decision
	for _, e := range edits {
		for _, setting := range settings(e) {
			i := slices.IndexFunc(out, func(d decision) bool { return d.setting == setting })
			if i < 0 {
				i = len(out)
				out = append(out, decision{setting: setting})
			}
			out[i].edits = append(out[i].edits, e)
		}
	}
	return out
}

func settings(e source.Edit) []string {
	if e.Decides == "" {
		return nil
	}
	return strings.Split(e.Decides, "\n")
}

// contradicts returns the rule of a taken fix that decides the setting by other
// edits. The settings of two hosts are one where they stand in the same file.
func (m *merger) contradicts(d decision, host string) (rule string) {
	met := make([]bool, len(d.edits))
	for _, t := range m.settings[d.setting] {
		shares := slices.ContainsFunc(d.edits, func(e source.Edit) bool { return e.Span.File == t.Span.File })
		if t.host != host && !shares {
			continue
		}
		i := slices.IndexFunc(d.edits, t.Same)
		if i < 0 {
			return t.rule
		}
		rule, met[i] = t.rule, true
	}
	if !slices.Contains(met, false) {
		return ""
	}
	return rule
}

// overlap returns the rule of a taken edit that e overlaps and is not the same as.
func (m *merger) overlap(e source.Edit) string {
	list := m.files[e.Span.File]
	i := search(list, e)
	for j := max(0, i-1); j < len(list) && list[j].Span.Start <= max(e.Span.Start, e.Span.End-1); j++ {
		if source.Overlap(list[j].Edit, e) && !list[j].Same(e) {
			return list[j].rule
		}
	}
	return ""
}

// search returns the index of the first taken edit that does not start before e.
func search(list []taken, e source.Edit) int {
	i, _ := slices.BinarySearchFunc(list, e.Span.Start, func(t taken, start int) int { return t.Span.Start - start })
	return i
}

// take accepts a fix. An edit that an earlier one has stands once, and speaks for
// the settings and the host of both.
func (m *merger) take(c ordered) {
	for _, e := range c.edits {
		t := taken{e, c.Rule, c.Host}
		list := m.files[e.Span.File]
		if i := search(list, e); i == len(list) || !list[i].Same(e) {
			m.files[e.Span.File] = slices.Insert(list, i, t)
		}
		for _, setting := range settings(e) {
			same := func(o taken) bool { return o.Same(e) && o.host == t.host }
			if !slices.ContainsFunc(m.settings[setting], same) {
				m.settings[setting] = append(m.settings[setting], t)
			}
		}
	}
}

func (m *merger) edits() []source.Edit {
	var out []source.Edit
	for _, list := range m.files {
		for _, t := range list {
			out = append(out, t.Edit)
		}
	}
	return source.Sorted(out)
}

// Apply returns the new text of every file the edits touch.
func Apply(edits []source.Edit) map[*source.File]string {
	out := map[*source.File]string{}
	for start := 0; start < len(edits); {
		f, end := edits[start].Span.File, start
		for end < len(edits) && edits[end].Span.File == f {
			end++
		}
		out[f] = source.Apply(f, edits[start:end])
		start = end
	}
	return out
}
