package rules_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A deciding is what a fix made of a setting.
type deciding struct {
	rule  string
	texts []string
}

// decidedTwice returns the settings of which two applied fixes make something else, be
// it in one round or in two, with the rules of the two.
func decidedTwice(applied []*lint.Finding) []string {
	var out []string
	first := map[string]deciding{}
	for _, f := range applied {
		now := map[string]deciding{}
		for _, e := range f.Fix.Edits {
			for _, setting := range settingsOf(e) {
				key := f.Host + " " + setting
				now[key] = deciding{f.Rule.Name, append(now[key].texts, e.Text)}
			}
		}
		for key, d := range now {
			was, ok := first[key]
			if first[key] = d; ok && !slices.Equal(was.texts, d.texts) {
				out = append(out, fmt.Sprintf("%s, then %s, decide %s: %q, then %q", was.rule, d.rule, key, was.texts, d.texts))
			}
		}
	}
	slices.Sort(out)
	return out
}

// settingsOf names the settings that an edit decides in words that other edits of
// the file leave as they are: a block of nginx stands for its offset.
func settingsOf(e source.Edit) []string {
	if e.Decides == "" {
		return nil
	}
	var out []string
	for _, setting := range strings.Split(e.Decides, "\n") {
		if rest, ok := strings.CutPrefix(setting, e.Span.File.Path+" "); ok {
			at, name, _ := strings.Cut(rest, " ")
			if open, err := strconv.Atoi(at); err == nil {
				setting = e.Span.File.Path + " " + blockAt(e.Span.File, open) + name
			}
		}
		out = append(out, setting)
	}
	return out
}

// blockAt returns the way to the block that opens at an offset.
func blockAt(f *source.File, open int) string {
	var walk func(list []*nginxconf.Directive, way string) string
	walk = func(list []*nginxconf.Directive, way string) string {
		n := map[string]int{}
		for _, d := range list {
			if d.Block == nil {
				continue
			}
			name := d.Name + " " + d.ArgText()
			n[name]++
			here := fmt.Sprintf("%s%s#%d > ", way, strings.TrimSpace(name), n[name])
			if opensAt(d, open) {
				return here
			}
			if found := walk(d.Block.Directives, here); found != "" {
				return found
			}
		}
		return ""
	}
	return walk(nginxconf.Parse(f).Directives, "")
}

func opensAt(d *nginxconf.Directive, open int) bool {
	end := d.Block.CloseSpan().Start
	if len(d.Block.Directives) > 0 {
		end = d.Block.Directives[0].Span().Start
	}
	return d.NameSpan().End <= open && open < end
}

type pair struct{ first, second, why string }

// decidedAgain are the pairs of rules of which the second may decide anew what the
// first has decided, and why that is no quarrel. "" is any rule.
var decidedAgain = []pair{
	{"nginx/", "", "what nginx refuses goes first, and only then the files show what they ask for"},
	{"kernel/unknown-key", "", "a key that is spelt right is looked at like any other"},
	{"", "kernel/unknown-key", "it gives no value"},
	{"upstream/method-after-keepalive", "", "it moves lines and gives no value"},
	{"", "upstream/method-after-keepalive", "it moves lines and gives no value"},
	{"files/unit-limit-ignored", "files/unit-limit-ignored", "a line each"},
	{"sockets/backlog-default-below-somaxconn", "timeouts/tcp-keepalive", "two parameters of a listen directive"},
	{"upstream/keepalive-without-connection-header", "upstream/websocket-not-upgraded", "a variable that is empty for other requests clears the header as well"},
	{"upstream/no-keepalive", "upstream/websocket-not-upgraded", "a variable that is empty for other requests clears the header as well"},
	// One fix of the first is for many locations, of which few need something else.
	{"timeouts/connect-above-75s", "upstream/retry-settings-contradict", "many locations"},
	{"timeouts/connect-slow-failover", "upstream/retry-settings-contradict", "many locations"},
	{"timeouts/caller-gives-up-first", "lb/health-path-heavy", "many locations"},
}

// titled reads the titles that name what a setting is in the end.
var titled = regexp.MustCompile(`^(?:set|raise|lower) ([a-z_.]+)(?: of .*)? to ([^ ,]+)$`)

// untrueTitle returns the title of an applied fix that the files do not bear out. What
// may be decided anew is passed over.
func (m machine) untrueTitle(out *lint.Outcome) string {
	for _, f := range out.Applied {
		words := titled.FindStringSubmatch(f.Fix.Title)
		again := func(p pair) bool { return p.first == f.Rule.Name }
		if words == nil || slices.ContainsFunc(decidedAgain, again) {
			continue
		}
		says := func(line string) bool { return strings.Contains(line, words[1]) && strings.Contains(line, words[2]) }
		if !slices.ContainsFunc(m.moved(out.Changes).store.Files(), func(f *source.File) bool { return slices.ContainsFunc(strings.Split(f.Text, "\n"), says) }) {
			return f.Rule.Name + ": " + f.Fix.Title
		}
	}
	return ""
}

// TestNoSettingIsDecidedTwice applies the fixes of all rules to many machines: what one
// of them makes of a setting none of the others makes something else of, and what the
// title of each says is so in the end.
func TestNoSettingIsDecidedTwice(t *testing.T) {
	lawHosts(t, 60, 40, func(c *testCase, seed uint64) {
		m := c.open(t)
		for _, unsafe := range []bool{false, true} {
			out := m.settle(t, nil, unsafe)
			if title := m.untrueTitle(out); title != "" {
				t.Errorf("%s: it is not so in the end: %s", c.name, title)
			}
			for _, twice := range decidedTwice(out.Applied) {
				if !isDecidedAgain(twice) {
					t.Errorf("%s: %s", c.name, twice)
				}
			}
		}
	})
}

func isDecidedAgain(twice string) bool {
	for _, p := range decidedAgain {
		if strings.HasPrefix(twice, p.first) && strings.Contains(twice, "then "+p.second) {
			return true
		}
	}
	return false
}
