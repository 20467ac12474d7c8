package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

// madeUp reads the rules that a case makes up, "GROUP/NAME: DIRECTIVE OLD becomes NEW"
// a line: no real ones undo each other.
func madeUp(t testing.TB, text string) []*lint.Rule {
	t.Helper()
	var out []*lint.Rule
	for line := range strings.Lines(text) {
		name, does, _ := strings.Cut(line, ":")
		words := strings.Fields(does)
		if len(words) != 4 || words[2] != "becomes" {
			t.Fatalf("made-up rule %q", line)
		}
		out = append(out, replacing(name, words[0], words[1], words[3]))
	}
	return out
}

// replacing makes a rule that finds a value of a directive bad and another one good.
func replacing(name, directive, old, good string) *lint.Rule {
	return &lint.Rule{Name: name, Title: "made up", Severity: lint.Info, Run: func(p *lint.Pass) {
		p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
			if d := s.Last(directive); d != nil && d.Arg(0) == old {
				p.Report(d.HeadSpan(), "%s is %s", directive, old).Key("%s %s", s.Path(), directive).Suggest("set "+directive+" to "+good, d.SetArg(0, good))
			}
		})
	}}
}

// withMadeUp adds the rules that a case makes up; fixing are those whose fixes it is about.
func (m *machine) withMadeUp(t testing.TB, c *testCase) {
	t.Helper()
	m.madeUp = madeUp(t, c.madeUp)
	m.options.Rules = append(slices.Clone(m.options.Rules), m.madeUp...)
	m.options.All = append(slices.Clone(m.options.All), m.madeUp...)
}
