package lint

import (
	"slices"

	"github.com/tunelint/tunelint/host"
)

// runAgreed runs the rules over hosts of which only one can be meant, and keeps
// what holds for all of them. A fix is kept where they agree on that too.
func runAgreed(hosts []*host.Host, o Options) *Result {
	o.Agree = false
	out := Run(hosts[:1], o)
	for _, h := range hosts[1:] {
		other := Run([]*host.Host{h}, o)
		out.Findings = slices.DeleteFunc(out.Findings, func(f *Finding) bool {
			i := slices.IndexFunc(other.Findings, func(g *Finding) bool { return g.Rule == f.Rule && g.Span == f.Span })
			if i < 0 {
				return true
			}
			f.keepChoices(func(c Choice) bool {
				same := other.Findings[i].Choose(c.Letter)
				return same != nil && same.Fix.Equal(c.Fix)
			})
			return false
		})
	}
	return out
}
