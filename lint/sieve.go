package lint

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxTries bounds how many sets of fixes are tried in all where some break a law,
// and maxRefused how many fixes of one rule are found out one by one. The others
// are held back unseen.
const (
	maxTries   = 300
	maxRefused = 8
)

var errTries = errors.New("not tried: too many fixes break a law")

// A sieve takes fixes that keep the laws out of a list of which all together do not.
type sieve struct {
	*settler
	kept    [][]*Finding
	refused map[*Rule]int
	next    *state // what the kept ones lead to; nil before the first
}

// sieve applies as many fixes as keep the laws together, taking them one rule after
// the other, and refuses the rest.
func (s *settler) sieve(out *Outcome, list []*Finding) {
	groups := sharing(list)
	slices.SortStableFunc(groups, func(a, b []*Finding) int { return strings.Compare(a[0].Rule.Name, b[0].Rule.Name) })
	v := &sieve{settler: s, refused: map[*Rule]int{}}
	v.keep(groups)
	if v.next != nil {
		applied, edits := join(v.kept)
		s.accept(out, v.next, step{edits, applied})
	}
}

// keep adds groups to what is kept, halving the list until those that break a law
// stand alone; these are refused.
func (v *sieve) keep(groups [][]*Finding) {
	rule := groups[0][0].Rule
	if v.tries == 0 || v.refused[rule] >= maxRefused && groups[len(groups)-1][0].Rule == rule {
		err := errTries
		if v.tries > 0 {
			err = fmt.Errorf("not tried: %d other fixes of %s break a law", maxRefused, rule.Name)
		}
		v.refuse(groups, err)
		return
	}
	v.tries--
	applied, edits := join(append(slices.Clone(v.kept), groups...))
	next, err := v.try(edits, applied)
	switch n := len(groups); {
	case err == nil:
		v.kept, v.next = append(v.kept, groups...), next
	case n == 1:
		v.refused[rule]++
		v.refuse(groups, err)
	default:
		v.keep(groups[:n/2])
		v.keep(groups[n/2:])
	}
}

func (v *sieve) refuse(groups [][]*Finding, err error) {
	if v.settler.refused == nil {
		v.settler.refused = map[string]string{}
	}
	for _, same := range groups {
		for _, f := range same {
			v.settler.refused[f.Identity()] = err.Error()
		}
	}
}

// join returns the findings of groups and their edits, each once.
func join(groups [][]*Finding) (applied []*Finding, edits []source.Edit) {
	for _, same := range groups {
		applied = append(applied, same...)
		edits = append(edits, same[0].Fix.Edits...)
	}
	return applied, slices.CompactFunc(source.Sorted(edits), source.Edit.Same)
}

// sharing groups findings whose fixes are the same.
func sharing(list []*Finding) [][]*Finding {
	var out [][]*Finding
	at := map[source.Span][]int{} // groups by the place of their first edit
	for _, f := range list {
		first := source.Sorted(f.Fix.Edits)[0].Span
		i := slices.IndexFunc(at[first], func(i int) bool { return out[i][0].Fix.Equal(f.Fix) })
		if i >= 0 {
			i = at[first][i]
			out[i] = append(out[i], f)
			continue
		}
		at[first] = append(at[first], len(out))
		out = append(out, []*Finding{f})
	}
	return out
}
