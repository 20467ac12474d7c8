package rules_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestFixesOfAnyRules applies the fixes of some rules, unsafe ones half of the time, to
// many machines. Whatever the rules: the fixes settle, a second run is empty, nothing
// new is found that was not revealed, files still parse and read the same where they
// are not edited, and what nginx takes before it takes after.
func TestFixesOfAnyRules(t *testing.T) {
	applied, asked := 0, 0
	lawHosts(t, 80, 20, func(c *testCase, seed uint64) {
		m := c.open(t)
		r := rand.New(rand.NewPCG(seed, 11))
		o := lint.FixOptions{Unsafe: seed%2 == 1, Only: someOf(r, m.options.Rules)}
		out := m.settled(t, o)
		applied += len(out.Applied)
		if len(out.Changes) == 0 {
			return
		}
		after := m.moved(out.Changes)
		if again := after.settled(t, o); len(again.Changes) > 0 {
			t.Errorf("%s: a second run changes %s", c.name, again.Changes[0].File.Path)
		}
		if fresh := newlyFound(out); fresh != "" {
			t.Errorf("%s: the fixes cause %s", c.name, fresh)
		}
		checkReread(t, c.name, out)
		if asked < 20 && staysAccepted(t, c, out) {
			asked++
		}
	})
	t.Logf("%d fixes applied, nginx asked about %d machines", applied, asked)
	if applied < 200 {
		t.Errorf("only %d fixes were applied", applied)
	}
}

// someOf returns all rules, or the most of them, or few.
func someOf(r *rand.Rand, all []*lint.Rule) []*lint.Rule {
	share := []float64{1, 0.7, 0.3}[r.IntN(3)]
	return slices.DeleteFunc(slices.Clone(all), func(*lint.Rule) bool { return r.Float64() >= share })
}

// newlyFound returns a warning or error after the fixes that was not there before, and
// that none of the rules whose fixes were applied says it reveals.
func newlyFound(out *lint.Outcome) string {
	was := map[string]int{}
	for _, f := range out.Before.Findings {
		for _, host := range append([]string{f.Host}, f.Also...) {
			for s := lint.Warning; s <= f.Severity; s++ {
				was[fmt.Sprint(f.Rule.Name, host, f.Key, s)]++
			}
		}
	}
	for _, f := range out.After.Findings {
		for _, host := range append([]string{f.Host}, f.Also...) {
			for s := lint.Warning; s <= f.Severity; s++ {
				key := fmt.Sprint(f.Rule.Name, host, f.Key, s)
				if was[key]--; was[key] < 0 && !revealed(out.Applied, f.Rule) {
					return printFindings([]*lint.Finding{f})
				}
			}
		}
	}
	return ""
}

func revealed(applied []*lint.Finding, rule *lint.Rule) bool {
	return slices.ContainsFunc(applied, func(f *lint.Finding) bool {
		return f.Rule.Group() == "nginx" && rule.Group() != "nginx" || slices.Contains(f.Rule.Reveals, rule.Name) || slices.Contains(f.Rule.Reveals, rule.Group()+"/*")
	})
}

// checkReread parses what the fixes wrote.
func checkReread(t *testing.T, name string, out *lint.Outcome) {
	t.Helper()
	for _, c := range out.Changes {
		if !strings.Contains(c.File.Path, "/nginx/") || strings.HasSuffix(c.File.Path, ".service") || c.Created() {
			continue
		}
		now := source.NewFile(c.File.Path, c.Text)
		was := nginxconf.Parse(c.File)
		if is := nginxconf.Parse(now); is.Err != nil && was.Err == nil {
			t.Errorf("%s: %s no longer parses: %s\n%s", name, c.File.Path, is.Err.Message, c.Text)
		}
		if nginxconf.SecondReaderAgrees(c.File) && !nginxconf.SecondReaderAgrees(now) {
			t.Errorf("%s: gonginx reads %s differently:\n%s", name, c.File.Path, c.Text)
		}
	}
}
