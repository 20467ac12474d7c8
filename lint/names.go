package lint

import (
	"fmt"
	"path"
	"strings"

	"github.com/tunelint/tunelint/spelling"
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

// didYouMean returns `, did you mean "x"?` for the nearest rule, by its name or
// by what stands behind the group; "" for none.
func didYouMean(name string, all []*Rule) string {
	full := map[string]string{}
	var names []string
	for _, r := range all {
		_, short, _ := strings.Cut(r.Name, "/")
		full[r.Name], full[short] = r.Name, r.Name
		names = append(names, r.Name, short)
	}
	if best := spelling.Nearest(name, names); best != "" {
		return fmt.Sprintf(", did you mean %q?", full[best])
	}
	return ""
}
