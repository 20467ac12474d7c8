package rules_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// TestChains draws the chains of every host of every archive: what check finds
// between neighbours of a chain is marked in the picture, and nothing else is.
func TestChains(t *testing.T) {
	marked := 0
	eachCase(t, "*.txtar", func(archive string, c *testCase) {
		t.Run(archive+"/"+c.name, func(t *testing.T) { marked += c.chains(t) })
	})
	if !t.Failed() && marked < 100 {
		t.Errorf("%d findings are marked", marked)
	}
}

// unmarked are findings about a pair that no chain has: an upstream that no
// location passes to, or a value in tunelint.yaml that only its own server denies.
func unmarked(f *lint.Finding, picture []byte) bool {
	name, _ := strings.CutPrefix(f.Key, "upstream ")
	return !bytes.Contains(picture, []byte(`"block": "upstream `+name+`"`)) && strings.HasPrefix(f.Key, "upstream ")
}

func (c *testCase) chains(t *testing.T) (marked int) {
	m := c.open(t)
	hosts, err := m.load(m.store)
	if err != nil {
		return 0
	}
	picture := report.Chains{Findings: lint.Run(hosts, m.options).Findings}
	for _, h := range hosts {
		picture.Hosts = append(picture.Hosts, report.ChainHost{Host: h, Chains: h.Chains()})
	}
	var b bytes.Buffer
	if err := report.Show(&b, picture, "json", report.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, f := range picture.Findings {
		there := bytes.Contains(b.Bytes(), []byte(f.Fingerprint()))
		switch {
		case there && !report.ChainRule(f.Rule.Name):
			t.Errorf("%s is marked", f.Rule.Name)
		case there:
			marked++
		case report.ChainRule(f.Rule.Name) && !unmarked(f, b.Bytes()):
			t.Errorf("not marked: %s", printFindings([]*lint.Finding{f}))
		}
	}
	for _, h := range hosts {
		exactlyMarked(t, h, b.Bytes())
	}
	return marked
}

// A drawnChain is what this test reads of a chain in the picture.
type drawnChain struct {
	Places []struct{ Block string }
	Passes []struct {
		Path  string
		Start source.Position
	}
	Ladders []struct {
		Hops []struct{ Findings []struct{ Rule string } }
	}
}

func (c drawnChain) marks(rule string) bool {
	for _, l := range c.Ladders {
		for _, hop := range l.Hops {
			for _, f := range hop.Findings {
				if f.Rule == rule {
					return true
				}
			}
		}
	}
	return false
}

// exactlyMarked compares the chains that two rules mark with the routes that
// these rules look at, in archives whose findings nothing suppresses.
func exactlyMarked(t *testing.T, h *host.Host, picture []byte) {
	t.Helper()
	if h.Nginx == nil {
		return
	}
	wrong := map[string]map[string]bool{"timeouts/read-below-app": {}, "timeouts/caller-gives-up-first": {}}
	mark := func(rule string, routes []*nginxconf.Route) {
		for _, r := range routes {
			wrong[rule][r.Pass.HeadSpan().String()+" in "+r.Scope.Enclosing(nginxconf.InLocation).Path()] = true
		}
	}
	short, _ := h.ShortReads()
	for _, s := range short {
		mark("timeouts/read-below-app", s.Routes)
	}
	early, _ := h.EarlyCallers()
	for _, e := range early {
		mark("timeouts/caller-gives-up-first", e.Routes)
	}
	var drawn struct {
		Hosts []struct {
			Name   string
			Chains []drawnChain
		}
	}
	if err := json.Unmarshal(picture, &drawn); err != nil {
		t.Fatal(err)
	}
	for _, shown := range drawn.Hosts {
		for _, chain := range shown.Chains {
			for rule, places := range wrong {
				for i, pass := range chain.Passes {
					at := fmt.Sprintf("%s:%d:%d in %s", pass.Path, pass.Start.Line, pass.Start.Column, chain.Places[i].Block)
					if shown.Name == h.Name && places[at] != chain.marks(rule) && bytes.Contains(picture, []byte(rule)) {
						t.Errorf("%s at %s: marked %v", rule, at, chain.marks(rule))
					}
				}
			}
		}
	}
}
