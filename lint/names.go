package lint

import (
	"fmt"
	"path"
	"strings"
)

// Select returns the rules that match any of the patterns: a rule's name, a
// group, or a glob. A pattern that matches nothing is an error that names the
// nearest rule.
func Select(all []*Rule, patterns []string) ([]*Rule, error) {
	var out []*Rule
	taken := map[*Rule]bool{}
	for _, p := range patterns {
		matched := false
		for _, r := range all {
			if !matchRule(p, r) {
				continue
			}
			matched = true
			if !taken[r] {
				taken[r] = true
				out = append(out, r)
			}
		}
		if !matched {
			return nil, fmt.Errorf("no rule is called %q%s", p, didYouMean(p, all))
		}
	}
	return out, nil
}

func matchRule(pattern string, r *Rule) bool {
	if pattern == r.Name || pattern == r.Group() || pattern == "all" {
		return true
	}
	ok, err := path.Match(pattern, r.Name)
	return err == nil && ok
}

// didYouMean returns `, did you mean "x"?` for the nearest rule name, or "".
func didYouMean(name string, all []*Rule) string {
	best, distance := "", len(name)/2+1
	for _, r := range all {
		_, short, _ := strings.Cut(r.Name, "/")
		if d := min(editDistance(name, r.Name), editDistance(name, short)); d < distance {
			best, distance = r.Name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// editDistance counts the insertions, deletions and replacements between two names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
