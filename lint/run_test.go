package lint

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// loader loads hosts whose roots all are /m.
func loader(t *testing.T, names ...string) Loader {
	t.Helper()
	return func(s *source.Store) ([]*host.Host, error) {
		var out []*host.Host
		for _, name := range names {
			h, err := host.Load(s, "/m", appconf.HostConfig{Name: name, Root: "/m"})
			if err != nil {
				return nil, err
			}
			out = append(out, h)
		}
		return out, nil
	}
}

// edits makes a rule that replaces an old value of worker_processes by a new one.
func replaces(name, old, new string, safety fixes.Safety) *Rule {
	return &Rule{Name: name, Title: "t", Severity: Warning, Run: func(p *Pass) {
		d := p.Host.Nginx.Root.Last("worker_processes")
		if d == nil || d.Arg(0) != old {
			return
		}
		r := p.Report(d.HeadSpan(), "worker_processes is %s", old).Key("%s", name)
		if safety == fixes.Safe {
			r.Suggest("set "+new, d.SetArg(0, new))
		} else {
			r.SuggestUnsafe("set "+new, "it may matter", d.SetArg(0, new))
		}
	}}
}

func mainConf(text string) *source.Store {
	return source.NewStore(source.Memory{"/m/etc/nginx/nginx.conf": text})
}

func texts(out *Outcome) string {
	var b strings.Builder
	for _, c := range out.Changes {
		b.WriteString(c.Text)
	}
	return b.String()
}

func TestSettle(t *testing.T) {
	chain := []*Rule{replaces("a/one", "1", "2", fixes.Safe), replaces("b/two", "2", "3", fixes.Safe)}
	unsafe := []*Rule{replaces("a/one", "1", "2", fixes.Unsafe)}
	fight := []*Rule{replaces("a/one", "1", "2", fixes.Safe), replaces("b/two", "2", "1", fixes.Safe)}
	for _, c := range []struct {
		name   string
		rules  []*Rule
		unsafe bool
		want   string // the new text, or the error
		left   int
	}{
		{"a fix that leads to another finding is refused", chain, false, "", 0},
		{"unsafe fixes wait to be asked for", unsafe, false, "", 1},
		{"unsafe fixes on request", unsafe, true, "worker_processes 2;\n", 0},
		{"rules that fight", fight, false, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Settle(mainConf("worker_processes 1;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: c.rules, All: c.rules}, Unsafe: c.unsafe})
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(out); got != c.want || len(out.LeftOut) != c.left {
				t.Errorf("%q, %d left out", got, len(out.LeftOut))
			}
		})
	}
}

// A fix that leads to a finding that was there before is no reason to refuse it:
// several rounds lead to the end.
func TestSettleInRounds(t *testing.T) {
	always := func(name string, from, to string) *Rule {
		r := replaces(name, from, to, fixes.Safe)
		run := r.Run
		r.Run = func(p *Pass) {
			run(p)
			if len(p.reports) == 0 {
				p.Report(p.Host.Nginx.Documents[0].Directives[0].HeadSpan(), "present").Key("%s", name)
			}
		}
		return r
	}
	rules := []*Rule{always("a/one", "1", "2"), always("b/two", "2", "3"), always("c/three", "3", "4")}
	out, err := Settle(mainConf("worker_processes 1;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules, All: rules}})
	if err != nil || texts(out) != "worker_processes 4;\n" || out.Edits != 3 {
		t.Errorf("%q after %d edits, %v", texts(out), out.Edits, err)
	}
}

// Fixes that take all rounds, and no more, have settled.
func TestSettleInTheLastRound(t *testing.T) {
	counts := func(to int) *Rule {
		return &Rule{Name: "a/count", Title: "t", Severity: Warning, Run: func(p *Pass) {
			d := p.Host.Nginx.Root.Last("worker_processes")
			if n, _ := strconv.Atoi(d.Arg(0)); n < to {
				p.Report(d.HeadSpan(), "only %d", n).Key("count").Suggest("one more", d.SetArg(0, strconv.Itoa(n+1)))
			}
		}}
	}
	for _, c := range []struct {
		rounds int
		want   string
	}{
		{maxRounds, fmt.Sprintf("worker_processes %d;\n", maxRounds)},
		{maxRounds + 1, ""},
	} {
		rules := []*Rule{counts(c.rounds)}
		out, err := Settle(mainConf("worker_processes 0;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules, All: rules}})
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(out); got != c.want || (out.Unsettled == nil) != (c.want != "") {
			t.Errorf("%d rounds: %q, %v", c.rounds, got, out.Unsettled)
		}
	}
}

// A fix that breaks the file is held back, and the others are applied.
func TestSettleHoldsBackWhatBreaks(t *testing.T) {
	breaks := &Rule{Name: "a/breaks", Title: "t", Severity: Warning, Run: func(p *Pass) {
		if d := p.Host.Nginx.Root.Last("user"); d != nil {
			p.Report(d.HeadSpan(), "user").Key("u").Suggest("break it", d.SetArg(0, `"`))
		}
	}}
	rules := []*Rule{breaks, replaces("b/two", "1", "2", fixes.Safe)}
	out, err := Settle(mainConf("user x;\nworker_processes 1;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules, All: rules}})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(out); got != "user x;\nworker_processes 2;\n" {
		t.Errorf("%q", got)
	}
	if len(out.Held) != 1 || out.Held[0].Finding.Rule != breaks {
		t.Errorf("held back: %v", out.Held)
	}
}

// A declined fix is left alone and listed; the others are applied.
func TestSettleDeclines(t *testing.T) {
	other := &Rule{Name: "a/user", Title: "t", Severity: Warning, Run: func(p *Pass) {
		if d := p.Host.Nginx.Root.Last("user"); d.Arg(0) == "x" {
			p.Report(d.HeadSpan(), "user").Key("u").Suggest("set y", d.SetArg(0, "y"))
		}
	}}
	rules := []*Rule{other, replaces("b/two", "1", "2", fixes.Safe)}
	skip := func(f *Finding) bool { return f.Rule == other }
	out, err := Settle(mainConf("user x;\nworker_processes 1;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: rules, All: rules}, Skip: skip})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(out); got != "user x;\nworker_processes 2;\n" {
		t.Errorf("%q", got)
	}
	if len(out.Declined) != 1 || out.Declined[0].Rule != other || len(out.Held)+len(out.LeftOut) > 0 {
		t.Errorf("declined: %v", out.Declined)
	}
}

func TestBadFixPanicsWithTheRulesName(t *testing.T) {
	rule := &Rule{Name: "a/bad", Severity: Warning, Run: func(p *Pass) {
		d := p.Host.Nginx.Documents[0].Directives[0]
		p.Report(d.HeadSpan(), "x").Suggest("overlap", d.Delete(), d.SetArg(0, "y"))
	}}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "a/bad") {
			t.Errorf("panic %q", got)
		}
	}()
	_, _ = Settle(mainConf("user x;\n"), loader(t, "m"), FixOptions{Options: Options{Rules: []*Rule{rule}}})
}

func TestFindingsOfSeveralHostsFold(t *testing.T) {
	rules := []*Rule{replaces("a/one", "1", "2", fixes.Safe)}
	hosts, err := loader(t, "x", "y")(mainConf("worker_processes 1;\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := Run(hosts, Options{Rules: rules, All: rules, Severity: map[string]Severity{"a/one": Error}})
	if len(r.Findings) != 1 || r.Findings[0].Host != "x" || r.Findings[0].Also[0] != "y" || r.Worst() != Error || r.Files != 1 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestSelect(t *testing.T) {
	all := []*Rule{{Name: "upstream/idle-outlives-app"}, {Name: "upstream/no-keepalive"}, {Name: "kernel/unknown-key"}}
	for pattern, want := range map[string]string{
		"upstream":                   "upstream/idle-outlives-app upstream/no-keepalive",
		"kernel/*":                   "kernel/unknown-key",
		"*/no-*":                     "upstream/no-keepalive",
		"upstream/idle-outlives-app": "upstream/idle-outlives-app",
		"upstream/idle-outlive-app":  `no rule is called "upstream/idle-outlive-app", did you mean "upstream/idle-outlives-app"?`,
		"unknown-keys":               `no rule is called "unknown-keys", did you mean "kernel/unknown-key"?`,
		"zzzzzzzz":                   `no rule is called "zzzzzzzz"`,
	} {
		rules, err := Select(all, []string{pattern})
		var names []string
		for _, r := range rules {
			names = append(names, r.Name)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
}

func TestMatchFile(t *testing.T) {
	for _, c := range []struct {
		glob, file string
		want       bool
	}{
		{"legacy/**", "/r/legacy/a/b.conf", true}, {"legacy/**", "/r/legacy", true}, {"**/*.conf", "/r/a.conf", true},
		{"**/b/*.conf", "/r/a/b/c.conf", true}, {"*.conf", "/r/a/b.conf", false}, {"a/*.conf", "/r/a/b.conf", true}, {"legacy/**", "/r/new/a", false},
	} {
		if got := matchFile([]string{c.glob}, "/r", c.file); got != c.want {
			t.Errorf("%s %s: %v", c.glob, c.file, got)
		}
	}
}
