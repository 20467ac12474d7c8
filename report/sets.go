package report

import (
	"io"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// A Set is one fix with the findings that it ends: edits that only make sense together.
type Set struct {
	Fix      *fixes.Fix
	Findings []*lint.Finding // at least one
}

// Sets returns the fixes of findings in their order, equal ones as one.
func Sets(applied []*lint.Finding) []Set {
	var out []Set
	byFirst := map[source.Edit][]int{} // where the sets stand that begin with an edit
	for _, f := range applied {
		if f.Fix == nil || len(f.Fix.Edits) == 0 {
			continue
		}
		first := source.Sorted(f.Fix.Edits)[0]
		at := slices.IndexFunc(byFirst[first], func(i int) bool { return out[i].Fix.Equal(f.Fix) })
		if at < 0 {
			byFirst[first] = append(byFirst[first], len(out))
			out = append(out, Set{f.Fix, []*lint.Finding{f}})
			continue
		}
		same := &out[byFirst[first][at]]
		same.Findings = append(same.Findings, f)
	}
	return out
}

// Files returns the paths of the files that the set changes, each once, sorted.
func (s Set) Files() []string {
	var out []string
	for _, e := range source.Sorted(s.Fix.Edits) {
		out = append(out, e.Span.File.Path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// title says on one line what a set does, for which rules and hosts, and what it may cost.
func (o Options) title(s Set) string {
	var rules, hosts []string
	for _, f := range s.Findings {
		rules = append(rules, f.Rule.Name)
		hosts = append(append(hosts, f.Host), f.Also...)
	}
	safety := s.Fix.Safety.String()
	if s.Fix.Loss != "" {
		safety += ": " + o.brief(s.Fix.Loss)
	}
	return o.brief(together(rules)) + " [" + safety + "]  " + o.brief(together(hosts)) + ": " + o.brief(s.Fix.Title)
}

// together joins words, each once.
func together(words []string) string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// WriteSets prints the sets that a diff holds as comment lines, to stand before it.
// Every line starts with "#", which git apply and patch take for words of a letter
// around the diff, whatever follows. name is that of [fixes.WriteDiff].
func WriteSets(w io.Writer, sets []Set, name func(path string) string) error {
	p := &page{}
	for i, s := range sets {
		p.printf("# set %d of %d  %s\n", i+1, len(sets), p.title(s))
		for _, file := range s.Files() {
			p.printf("#   %s\n", p.visible(name(file)))
		}
	}
	return p.write(w)
}

// SetLine says which of several sets this is and what it does, for a question about it.
func SetLine(sets []Set, i int, o Options) string {
	p := &page{Options: o}
	p.printf("%d of %d  %s", i+1, len(sets), p.title(sets[i]))
	for j, file := range sets[i].Files() {
		p.printf("%s%s", [...]string{" in ", ", "}[min(j, 1)], p.visible(p.path(file)))
	}
	return p.text.String()
}
