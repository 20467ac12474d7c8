package report

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// leftOut names the rules whose fixes were not asked for, with the command that
// asks, and the findings that do not offer the choice that was made.
func (p *page) leftOut(info PlanInfo) {
	var rules []*lint.Rule
	byRule := map[*lint.Rule][]*lint.Finding{}
	for _, f := range info.LeftOut {
		if info.Choice != "" && f.Choose(info.Choice) == nil {
			p.printf("Left out: %s at %s: it offers no choice %s\n", p.visible(f.Rule.Name), p.place(f.Span), info.Choice)
			continue
		}
		if byRule[f.Rule] == nil {
			rules = append(rules, f.Rule)
		}
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	for _, r := range rules {
		if what, ask := unasked(byRule[r], info.Choice); what != "" {
			name := p.visible(r.Name)
			p.printf("Left out: %s, %s: %s\n", name, what, p.visible(info.Again.with(" --only "+r.Name+ask)))
		}
	}
}

// unasked says what findings of one rule offer that was not asked for, and the
// flags that ask for the first of it.
func unasked(list []*lint.Finding, choice string) (what, ask string) {
	n := sets(list)
	switch letters, safe := lettersOf(list); {
	case n == 0:
		return "", ""
	case choice != "":
		return "the choice " + choice + " is unsafe", " --choose " + choice + " --unsafe"
	case len(letters) == 0:
		return spelling.Count(n, "unsafe fix"), " --unsafe"
	default:
		what = spelling.Count(len(letters), "unsafe choice")
		if slices.Contains(safe, true) {
			what = spelling.Count(len(letters), "choice")
		}
		if n > 1 {
			what += fmt.Sprintf(" for each of %d findings", n)
		}
		ask = " --choose " + letters[0]
		if !safe[0] {
			ask += " --unsafe"
		}
		return what, ask
	}
}

// lettersOf returns the letters of what findings offer, in order, and whether each
// is safe wherever it is offered; none where every finding has but one fix, A.
func lettersOf(list []*lint.Finding) (letters []string, safe []bool) {
	all := map[string]bool{}
	for _, f := range list {
		if len(f.Others) == 0 {
			continue
		}
		for _, c := range f.Choices() {
			if _, known := all[c.Letter]; !known {
				letters, all[c.Letter] = append(letters, c.Letter), true
			}
			all[c.Letter] = all[c.Letter] && c.Fix.Safety == fixes.Safe
		}
	}
	slices.Sort(letters)
	for _, l := range letters {
		safe = append(safe, all[l])
	}
	return letters, safe
}
