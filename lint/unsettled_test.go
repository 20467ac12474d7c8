package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
)

// wanting makes a rule that is never content with a value of a directive. What it
// finds is no warning, so that the next one may undo it.
func wanting(name, directive, old, good string) *Rule {
	r := &Rule{Name: name, Title: "t", Severity: Info}
	r.Run = func(p *Pass) {
		if d := p.Host.Nginx.Root.Last(directive); d != nil && d.Arg(0) == old {
			p.Report(d.HeadSpan(), "%s is %s", directive, old).Key("%s", name).Suggest("set "+good, d.SetArg(0, good))
		}
	}
	return r
}

// appending makes a rule that always wants one more line.
func appending(name string) *Rule {
	return &Rule{Name: name, Title: "t", Severity: Info, Run: func(p *Pass) {
		n := len(p.Host.Nginx.Root.Items())
		line := nginxconf.Statement{Name: "env", Words: []string{fmt.Sprintf("N%d", n)}}
		p.Report(p.Host.Nginx.Root.Items()[0].HeadSpan(), "%d lines", n).Key("%s", name).Suggest("add one", p.Host.Nginx.Root.Insert(line)...)
	}}
}

// TestUnsettled names the rules whose fixes never come to rest, and no others, with
// every place as it stands in the files as read. Nothing is changed then.
func TestUnsettled(t *testing.T) {
	const conf = "user a;\nworker_processes 1;\n"
	flip := []*Rule{wanting("a/up", "worker_processes", "1", "20"), wanting("b/down", "worker_processes", "20", "1")}
	ring := []*Rule{wanting("a/one", "worker_processes", "3", "1"), wanting("b/two", "worker_processes", "1", "2"), wanting("c/three", "worker_processes", "2", "3")}
	healthy := wanting("c/healthy", "user", "a", "somebody")
	for _, c := range []struct {
		name   string
		rules  []*Rule
		blamed string
		places string
	}{
		{"two rules flip a value", flip, "a/up, b/down", "2:18 a/up: set 20; 2:18 b/down: set 1"},
		{"a ring of three", ring, "a/one, b/two, c/three", "2:18 b/two: set 2; 2:18 c/three: set 3; 2:18 a/one: set 1"},
		{"a healthy rule beside a pair", append(flip[:2:2], healthy), "a/up, b/down", "2:18 b/down: set 1; 2:18 a/up: set 20"},
		{"a line more each round", []*Rule{appending("a/append"), healthy}, "a/append", "3:1 a/append: add one"},
		{"one rule alone", []*Rule{{Name: "a/both", Severity: Info, Run: func(p *Pass) { flip[0].Run(p); flip[1].Run(p) }}}, "a/both", "2:18 a/both: set 20; 2:18 a/both: set 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Settle(mainConf(conf), loader(t, "m"), FixOptions{Options: Options{Rules: c.rules}})
			if err != nil {
				t.Fatal(err)
			}
			f := out.Unsettled
			if f == nil || f.Key != c.blamed || !strings.Contains(f.Message, c.blamed) || f.Rule.Name != NotSettled {
				t.Fatalf("blamed %+v, want %s", f, c.blamed)
			}
			if got := placesOf(f); got != c.places {
				t.Errorf("places %s, want %s", got, c.places)
			}
			if len(out.Changes)+len(out.Applied)+out.Edits > 0 || len(out.After.Findings) != len(out.Before.Findings)+1 || f.Span.File != out.Before.Findings[0].Span.File {
				t.Errorf("changes %v, applied %v, %d findings after", out.Changes, out.Applied, len(out.After.Findings))
			}
		})
	}
}

func placesOf(f *Finding) string {
	var out []string
	for _, p := range append([]Related{{f.Span, f.Label}}, f.Related...) {
		at := p.Span.Position()
		out = append(out, fmt.Sprintf("%d:%d %s", at.Line, at.Column, p.Label))
	}
	return strings.Join(out, "; ")
}

// Without a rule that fights, or with fixes of other rules only, the rest is applied.
func TestSettledWithoutOneThatFights(t *testing.T) {
	fight := []*Rule{wanting("a/up", "worker_processes", "1", "2"), wanting("b/down", "worker_processes", "2", "1"), wanting("c/healthy", "user", "a", "b")}
	for name, o := range map[string]FixOptions{
		"user b;\nworker_processes 2;\n": {Options: Options{Rules: fight, All: fight}, Only: []*Rule{fight[0], fight[2]}},
		"user b;\nworker_processes 1;\n": {Options: Options{Rules: fight[1:], All: fight}},
	} {
		out, err := Settle(mainConf("user a;\nworker_processes 1;\n"), loader(t, "m"), o)
		if err != nil || out.Unsettled != nil || texts(out) != name {
			t.Errorf("%q, %v, want %q", texts(out), err, name)
		}
	}
}

// Many rules that insert at one place take a round each: they settle all the same.
func TestSettleTakesAsManyRoundsAsItNeeds(t *testing.T) {
	var rules []*Rule
	for i := range 3 * maxRounds {
		word := fmt.Sprintf("N%02d", i)
		rules = append(rules, &Rule{Name: "a/" + word, Severity: Info, Run: func(p *Pass) {
			for _, d := range p.Host.Nginx.Root.Items() {
				if d.Arg(0) == word {
					return
				}
			}
			line := nginxconf.Statement{Name: "env", Words: []string{word}}
			p.Report(p.Host.Nginx.Root.Items()[0].HeadSpan(), "no %s", word).Key("%s", word).Suggest("add "+word, p.Host.Nginx.Root.Insert(line)...)
		}})
	}
	out, err := Settle(mainConf("user a;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules}})
	if err != nil || out.Unsettled != nil || len(out.Applied) != len(rules) {
		t.Errorf("%d applied, %v, %+v", len(out.Applied), err, out.Unsettled)
	}
}

// The fixes of a rule that break a law are found out one by one up to a bound, and
// the others are applied.
func TestSieveIsBounded(t *testing.T) {
	const lines = 500
	runs := 0
	breaks := &Rule{Name: "a/breaks", Severity: Info, Run: func(p *Pass) {
		runs++
		for _, d := range p.Host.Nginx.Root.Items() {
			if d.Name == "env" {
				p.Report(d.HeadSpan(), "env").Suggest("break it", d.SetArg(0, `"`+d.Arg(0)))
			}
		}
	}}
	rules := []*Rule{breaks, wanting("b/healthy", "user", "a", "b")}
	var conf strings.Builder
	conf.WriteString("user a;\n")
	for i := range lines {
		fmt.Fprintf(&conf, "env N%d;\n", i)
	}
	out, err := Settle(mainConf(conf.String()), loader(t, "m"), FixOptions{Options: Options{Rules: rules}})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(out); !strings.HasPrefix(got, "user b;\nenv N0;\n") || len(out.Held) != lines || runs > 200 {
		t.Errorf("%d held back after %d runs", len(out.Held), runs)
	}
	if last := out.Held[lines-1].Reason; last != fmt.Sprintf("not tried: %d other fixes of a/breaks break a law", maxRefused) {
		t.Error(last)
	}
}

// A fix that needs another one is applied with it although a third breaks a law.
func TestSieveKeepsWhatHoldsTogether(t *testing.T) {
	pair := &Rule{Name: "a/pair", Severity: Warning, Run: func(p *Pass) {
		user, workers := p.Host.Nginx.Root.Last("user"), p.Host.Nginx.Root.Last("worker_processes")
		if user == nil || workers == nil {
			return
		}
		if workers.Arg(0) == "1" {
			p.Report(workers.HeadSpan(), "one").Key("w").Suggest("set 2", workers.SetArg(0, "2"))
		}
		if workers.Arg(0) == "2" && user.Arg(0) == "a" {
			p.Report(user.HeadSpan(), "a with two").Key("u")
		}
		if user.Arg(0) == "a" {
			p.Report(user.HeadSpan(), "a").Key("a").Suggest("set b", user.SetArg(0, "b"))
		}
	}}
	breaks := &Rule{Name: "b/breaks", Severity: Warning, Run: func(p *Pass) {
		if d := p.Host.Nginx.Root.Last("pid"); d != nil {
			p.Report(d.HeadSpan(), "pid").Key("p").Suggest("break it", d.SetArg(0, `"`))
		}
	}}
	out, err := Settle(mainConf("worker_processes 1;\nuser a;\npid p;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: []*Rule{pair, breaks}}})
	if err != nil || texts(out) != "worker_processes 2;\nuser b;\npid p;\n" || len(out.Held) != 1 {
		t.Errorf("%q, %v, held %v", texts(out), err, out.Held)
	}
}

// Two findings that say the same of one thing are two: where only one of the fixes can
// be applied in a round the other one does not look as if it had failed.
func TestSettleTellsEqualFindingsApart(t *testing.T) {
	rule := &Rule{Name: "a/env", Severity: Warning, Run: func(p *Pass) {
		for _, d := range p.Host.Nginx.Root.Items() {
			if d.Name == "env" && d.Arg(0) == "A" {
				edit := d.SetArg(0, "B")
				edit.Decides = "env"
				p.Report(d.HeadSpan(), "env is A").Key("env").Suggest("set B", edit)
			}
		}
	}}
	out, err := Settle(mainConf("env A;\nuser x;\nenv A;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: []*Rule{rule}}})
	if err != nil || texts(out) != "env B;\nuser x;\nenv B;\n" || len(out.Held) > 0 {
		t.Errorf("%q, held %v, %v", texts(out), out.Held, err)
	}
}
