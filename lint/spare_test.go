package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
)

// raises asks for so many worker processes at least, in a fix of its own.
func raises(name string, to int, safety fixes.Safety) *Rule {
	return &Rule{Name: name, Title: "t", Severity: Warning, Run: func(p *Pass) {
		d := p.Host.Nginx.Root.Last("worker_processes")
		var has int
		if fmt.Sscan(d.Arg(0), &has); has >= to {
			return
		}
		r := p.Report(d.HeadSpan(), "below %d", to).Key("workers")
		edit := d.SetArg(0, fmt.Sprint(to))
		if safety == fixes.Safe {
			r.Suggest(fmt.Sprintf("raise to %d", to), edit)
		} else {
			r.SuggestUnsafe(fmt.Sprintf("raise to %d", to), "something", edit)
		}
	}}
}

// TestSettleSparesWhatOthersOutdo raises one number for several reasons: the fix that
// raises it furthest is enough.
func TestSettleSparesWhatOthersOutdo(t *testing.T) {
	rules := []*Rule{raises("a/few", 2, fixes.Safe), raises("b/more", 4, fixes.Safe), raises("c/most", 8, fixes.Unsafe)}
	for _, c := range []struct {
		unsafe   bool
		declined string
		applied  string
		text     string
	}{
		{false, "", "b/more", "worker_processes 4;\n"},
		{true, "", "c/most", "worker_processes 8;\n"},
		{false, "b/more", "a/few", "worker_processes 2;\n"},
		{true, "c/most", "b/more", "worker_processes 4;\n"},
	} {
		o := FixOptions{Options: Options{Rules: rules, All: rules}, Unsafe: c.unsafe, Skip: func(f *Finding) bool { return f.Rule.Name == c.declined }}
		out, err := Settle(mainConf("worker_processes 1;\n"), loader(t, "m"), o)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range out.Applied {
			names = append(names, f.Rule.Name)
		}
		if got := strings.Join(names, " "); got != c.applied || texts(out) != c.text || out.Edits != 1 {
			t.Errorf("unsafe %v, %q declined: %s applied, %q with %d edits", c.unsafe, c.declined, got, texts(out), out.Edits)
		}
	}
}
