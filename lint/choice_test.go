package lint

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
)

// offering makes a rule that offers to set worker_processes to each of values: "2" is
// safe, "2!" unsafe, and "" cannot be offered.
func offering(values ...string) *Rule {
	return &Rule{Name: "a/offers", Title: "t", Severity: Warning, Apply: []Command{Write("reload")}, Run: func(p *Pass) {
		d := p.Host.Nginx.Root.Last("worker_processes")
		if d.Arg(0) != "1" {
			return
		}
		r := p.Report(d.HeadSpan(), "worker_processes is 1").Key("offers")
		for _, v := range values {
			value, unsafe := strings.CutSuffix(v, "!")
			switch {
			case v == "":
				r.Suggest("cannot be done").ChoiceApply(Write("never"))
			case unsafe:
				r.SuggestUnsafe("set "+value, "it may matter", d.SetArg(0, value)).ChoiceApply(Write("restart " + value))
			default:
				r.Suggest("set "+value, d.SetArg(0, value))
			}
		}
	}}
}

// TestChoices applies the one that is chosen, and nothing that nobody chose.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		name, choice string
		unsafe       bool
		values       []string
		want, apply  string // the value that is set, "" for none, and its commands
	}{
		{"one safe", "", false, []string{"2"}, "2", "reload"},
		{"one unsafe", "", true, []string{"2!"}, "2", "restart 2"},
		{"one unsafe, not asked for", "", false, []string{"2!"}, "", ""},
		{"a safe one first", "", false, []string{"2", "3!"}, "2", "reload"},
		{"a safe one first, unsafe ones too", "", true, []string{"2", "3"}, "2", "reload"},
		{"an unsafe one first", "", false, []string{"2!", "3"}, "", ""},
		{"unsafe without a choice", "", true, []string{"2!", "3!"}, "", ""},
		{"nothing but a further one", "", true, []string{"", "3"}, "", ""},
		{"A", "A", true, []string{"2!", "3!"}, "2", "restart 2"},
		{"B", "B", true, []string{"2!", "3!"}, "3", "restart 3"},
		{"a safe B", "B", false, []string{"2!", "3"}, "3", "reload"},
		{"an unsafe B without unsafe", "B", false, []string{"2", "3!"}, "", ""},
		{"A where it cannot be offered", "A", true, []string{"", "3"}, "", ""},
		{"B where A cannot be offered", "B", true, []string{"", "3"}, "3", "reload"},
		{"C where nobody offers it", "C", true, []string{"2", "3"}, "", ""},
		{"A of one", "A", false, []string{"2"}, "2", "reload"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := []*Rule{offering(c.values...)}
			o := FixOptions{Options: Options{Rules: rules, All: rules}, Unsafe: c.unsafe, Choice: c.choice}
			out, err := Settle(mainConf("worker_processes 1;\n"), loader(t, "m"), o)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if c.want != "" {
				want = "worker_processes " + c.want + ";\n"
			}
			if got := texts(out); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if len(out.Applied)+len(out.LeftOut) != 1 {
				t.Fatalf("%d applied, %d left out", len(out.Applied), len(out.LeftOut))
			}
			if c.want == "" {
				return
			}
			f := out.Applied[0]
			if len(f.Choices()) != 1 || f.Fix.Title != "set "+c.want || Describe(f.Apply) != c.apply {
				t.Errorf("applied %q, then %q", f.Fix.Title, Describe(f.Apply))
			}
		})
	}
}

// A letter means the same fix in every finding, whatever else is offered there.
func TestLetters(t *testing.T) {
	f := &Finding{Others: []Choice{{"B", &fixes.Fix{Title: "b"}}, {"D", &fixes.Fix{Title: "d"}}}}
	for letter, want := range map[string]string{"A": "", "B": "b", "C": "", "D": "d", "": ""} {
		got := ""
		if chosen := f.Choose(letter); chosen != nil {
			got = chosen.Fix.Title
		}
		if got != want {
			t.Errorf("%q: %q, want %q", letter, got, want)
		}
	}
	for text, want := range map[string]string{"a": "A", "B": "B", "z": "Z", "": "", "1": "", "AB": "", "é": ""} {
		if got, ok := ParseChoice(text); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
