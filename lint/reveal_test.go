package lint

import (
	"strings"
	"testing"
)

// TestRevealsExcuseNothingElse applies a fix that may reveal what another fix of the
// same round causes: that one is held back all the same.
func TestRevealsExcuseNothingElse(t *testing.T) {
	sets := func(name, directive, from, to string) *Rule {
		return &Rule{Name: name, Title: "t", Severity: Warning, Run: func(p *Pass) {
			if d := p.Host.Nginx.Root.Last(directive); d.Arg(0) == from {
				p.Report(d.HeadSpan(), "%s", from).Suggest("to "+to, d.SetArg(0, to))
			}
		}}
	}
	reveals := sets("a/reveals", "worker_processes", "1", "2")
	reveals.Reveals = []string{"c/*"}
	harms := sets("b/harms", "worker_priority", "1", "2")
	caused := &Rule{Name: "c/caused", Title: "t", Severity: Warning, Run: func(p *Pass) {
		if d := p.Host.Nginx.Root.Last("worker_priority"); d.Arg(0) == "2" {
			p.Report(d.HeadSpan(), "two")
		}
	}}
	rules := []*Rule{reveals, harms, caused}
	out, err := Settle(mainConf("worker_processes 1;\nworker_priority 1;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules, All: rules}})
	if err != nil {
		t.Fatal(err)
	}
	if texts(out) != "worker_processes 2;\nworker_priority 1;\n" || len(out.Held) != 1 || !strings.Contains(out.Held[0].Reason, "c/caused") {
		t.Errorf("%q, held back: %v", texts(out), out.Held)
	}
}
