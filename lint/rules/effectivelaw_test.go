package rules_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestFixesKeepEffectiveValues applies the fixes of each rule, unsafe ones too, to
// many small machines. In every block of nginx each directive that no fix writes
// keeps its effective value, and of a directive with many entries, such as
// proxy_set_header, every entry stays that no fix names.
func TestFixesKeepEffectiveValues(t *testing.T) {
	applied := map[string]int{}
	for seed := range uint64(60) {
		c := &testCase{name: fmt.Sprint(seed), files: lawMachine(rand.New(rand.NewPCG(seed, 2)))}
		m := c.open(t)
		for _, x := range m.fixing(t) {
			out := m.choose(t, []*lint.Rule{x.rule}, x.letter)
			applied[x.rule.Name] += len(out.Applied)
			if wrong := m.lostByFixes(t, out); wrong != "" {
				t.Errorf("seed %d: fix %s of %s: %s\n%s", seed, x.letter, x.rule.Name, wrong, c.files[machineRoot+"/etc/nginx/nginx.conf"])
			}
		}
	}
	if n := len(applied); n < 12 {
		t.Errorf("only %d rules offered a fix: %v", n, applied)
	}
}

// A ruleChoice is one choice of the fixes of one rule.
type ruleChoice struct {
	rule   *lint.Rule
	letter string
}

// fixing returns the choices that rules offer for the machine.
func (m machine) fixing(t *testing.T) []ruleChoice {
	t.Helper()
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	var out []ruleChoice
	for _, f := range lint.Run(hosts, m.options).Findings {
		for _, c := range f.Choices() {
			if x := (ruleChoice{f.Rule, c.Letter}); !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// lostByFixes says what is no longer in force that no fix wrote.
func (m machine) lostByFixes(t *testing.T, out *lint.Outcome) string {
	t.Helper()
	texts := map[*source.File]string{}
	for _, c := range out.Changes {
		texts[c.File] = c.Text
	}
	was, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	is, err := m.load(m.store.With(texts))
	if err != nil {
		t.Fatal(err)
	}
	written := writtenByFixes(was[0], is[0])
	after := map[string]*nginxconf.Scope{}
	is[0].Nginx.Root.Walk(func(s *nginxconf.Scope) { after[s.Path()] = s })
	wrong := ""
	was[0].Nginx.Root.Walk(func(s *nginxconf.Scope) {
		now := after[s.Path()]
		for _, name := range inheritedNames {
			if wrong == "" && now != nil {
				wrong = compareEntries(s, now, name, written[name])
			}
		}
	})
	return wrong
}

func compareEntries(was, is *nginxconf.Scope, name string, written map[string]bool) string {
	before, after := was.Effective(name), is.Effective(name)
	many := strings.HasSuffix(name, "_header") || strings.HasSuffix(name, "_param")
	if written != nil && !many {
		return "" // it has one value, which the fix is about
	}
	texts := entryTexts(after)
	for _, d := range before.Directives {
		entry := strings.ToLower(d.Arg(0))
		if !written[entry] && !slices.Contains(texts, d.ArgText()) {
			return fmt.Sprintf("%s in %s loses %q", name, was.Path(), d.ArgText())
		}
	}
	if written == nil && len(before.Directives) != len(after.Directives) {
		return fmt.Sprintf("%s in %s was %q, is %q", name, was.Path(), entryTexts(before), texts)
	}
	return ""
}

func entryTexts(v nginxconf.Value) []string {
	var out []string
	for _, d := range v.Directives {
		out = append(out, d.ArgText())
	}
	return out
}

// writtenByFixes returns the first arguments of the directives that are there more
// or less often than before, by name.
func writtenByFixes(was, is *host.Host) map[string]map[string]bool {
	count := map[string]int{}
	first := map[string][2]string{}
	add := func(h *host.Host, n int) {
		h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
			for _, d := range s.Items() {
				text := d.Name + " " + d.ArgText()
				count[text] += n
				first[text] = [2]string{d.Name, strings.ToLower(d.Arg(0))}
			}
		})
	}
	add(was, -1)
	add(is, 1)
	out := map[string]map[string]bool{}
	for text, n := range count {
		if name := first[text][0]; n != 0 {
			if out[name] == nil {
				out[name] = map[string]bool{}
			}
			out[name][first[text][1]] = true
		}
	}
	return out
}

// inheritedNames are the directives that the machines of the test set, and that
// inner blocks inherit.
var inheritedNames = []string{
	"proxy_set_header", "add_header", "fastcgi_param", "proxy_http_version", "proxy_read_timeout", "proxy_connect_timeout", "proxy_send_timeout",
	"proxy_buffering", "proxy_buffer_size", "proxy_buffers", "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_next_upstream_timeout",
	"keepalive_timeout", "client_max_body_size", "send_timeout", "client_body_timeout", "proxy_socket_keepalive", "fastcgi_keep_conn", "fastcgi_read_timeout",
	"proxy_busy_buffers_size", "proxy_request_buffering", "large_client_header_buffers", "client_header_timeout", "reset_timedout_connection",
	"keepalive_requests", "proxy_ignore_client_abort", "proxy_max_temp_file_size",
}
