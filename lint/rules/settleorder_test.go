package rules_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// offers returns the findings whose fixes are applied together in this state.
func (m machine) offers(t *testing.T, unsafe bool) []*lint.Finding {
	t.Helper()
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	var out []*lint.Finding
	for _, f := range lint.Run(hosts, m.options).Findings {
		if f.Fix != nil && (f.Fix.Safety == fixes.Safe || unsafe && len(f.Others) == 0) {
			out = append(out, f)
		}
	}
	return out
}

// moved returns the machine with other texts.
func (m machine) moved(changes []fixes.Change) machine {
	texts := map[*source.File]string{}
	for _, c := range changes {
		texts[c.File] = c.Text
	}
	m.store = m.store.With(texts)
	return m
}

// oneByOne applies the fixes one after the other, in any order, looking again each
// time, until none is left that can be applied.
func (m machine) oneByOne(t *testing.T, r *rand.Rand, unsafe bool) (end machine, order []string) {
	t.Helper()
	refused := map[string]bool{}
	for {
		var open []*lint.Finding
		for _, f := range m.offers(t, unsafe) {
			if !refused[f.Identity()] {
				open = append(open, f)
			}
		}
		if len(open) == 0 {
			return m, order
		}
		next := open[r.IntN(len(open))].Identity()
		out := m.settled(t, lint.FixOptions{Unsafe: unsafe, Skip: func(f *lint.Finding) bool { return f.Identity() != next }})
		if refused[next] = len(out.Changes) == 0; refused[next] {
			continue
		}
		order = append(order, out.Applied[0].Rule.Name)
		refused = map[string]bool{}
		m = m.moved(out.Changes)
	}
}

// rivals are settings that several rules repair in their own way. Whichever is asked
// first writes the setting, and the others find nothing there any more; together the
// order of places decides. Nothing else may depend on the order.
var rivals = []struct {
	lines *regexp.Regexp
	rules []string
}{
	// One takes a line out, so that the kernel's own value holds, and what stands behind
	// it; one writes that value, and one lifts the comment above the line.
	{regexp.MustCompile(`net.core.somaxconn|^# more`), []string{"kernel/below-default", "sockets/backlog-capped", "kernel/trailing-comment"}},
	// One gives a pool its header, one passes a handshake on, and one repeats what the
	// blocks around set, unless a block already looks as if it meant to drop it.
	{regexp.MustCompile(`proxy_set_header|proxy_http_version|map \$http_upgrade`), []string{"headers/inherited-set-lost", "upstream/keepalive-without-connection-header", "upstream/keepalive-without-http11", "upstream/websocket-not-upgraded"}},
	// One gives the workers descriptors themselves, which they need not where the
	// other one has made systemd do it.
	{regexp.MustCompile(`^ worker_rlimit_nofile`), []string{"files/fd-budget-exceeded", "files/unit-limit-ignored"}},
}

// arranged returns the files of a machine with the settings of each block in the
// order of their texts: what is inserted side by side stands in the order in which
// it was inserted. What nginx reads in order stays in order.
func (m machine) arranged() map[string][]string {
	out := map[string][]string{}
	for _, f := range m.store.Files() {
		lines := slices.Collect(strings.Lines(f.Text))
		if strings.Contains(f.Path, "/nginx/") {
			doc := nginxconf.Parse(f)
			lines = arrange("", doc.Directives)
			for _, c := range doc.Comments {
				lines = append(lines, c.Text())
			}
		}
		slices.Sort(lines)
		lines = slices.DeleteFunc(lines, isContested)
		if len(lines) > 0 {
			out[onMachine(f.Path)] = lines
		}
	}
	return out
}

func isContested(line string) bool {
	for _, r := range rivals {
		if r.lines.MatchString(line) {
			return true
		}
	}
	return false
}

// TestRivals names no rule that does not exist or has no fix to quarrel about.
func TestRivals(t *testing.T) {
	for _, r := range rivals {
		for _, name := range r.rules {
			fixing := false
			eachCase(t, strings.ReplaceAll(name, "/", "-")+".txtar", func(_ string, c *testCase) {
				fixing = fixing || strings.Contains(c.want, "\tfix: ")
			})
			if !fixing {
				t.Errorf("%s offers no fix", name)
			}
		}
	}
}

// ordered are the directives of which it matters what stands before them.
var ordered = regexp.MustCompile(`^(include|server|listen|allow|deny|set|rewrite|return|break|keepalive|least_conn|ip_hash|hash|random|zone|load_module|if|location)$`)

func arrange(path string, list []*nginxconf.Directive) []string {
	var out []string
	n := 0
	for _, d := range list {
		at := path
		if ordered.MatchString(d.Name) {
			n++
			at = fmt.Sprintf("%s %d", path, n)
		}
		out = append(out, at+" "+d.Name+" "+strings.Join(d.Words(), " "))
		if d.Block != nil {
			out = append(out, arrange(at+" "+d.Name+" "+d.ArgText(), d.Block.Directives)...)
		}
	}
	return out
}

// TestFixesOneByOne applies the safe fixes of many machines one by one, in any order:
// that ends where all of them together do.
func TestFixesOneByOne(t *testing.T) {
	lawHosts(t, 10, 100, func(c *testCase, seed uint64) {
		m := c.open(t)
		out := m.settle(t, nil, false)
		want := m.moved(out.Changes).arranged()
		end, order := m.oneByOne(t, rand.New(rand.NewPCG(seed, 5)), false)
		if diff := cmp.Diff(want, end.arranged()); diff != "" {
			t.Errorf("%s: one by one, %s, the fixes lead elsewhere:\n%s", c.name, strings.Join(order, " "), diff)
		}
	})
}
