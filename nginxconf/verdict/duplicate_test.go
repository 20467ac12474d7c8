package verdict

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

func TestDuplicates(t *testing.T) {
	on := nginxconf.Options{Version: nginxconf.Version{1, 22, 1}}
	for _, c := range []struct {
		name    string
		options nginxconf.Options
		conf    string
		want    []string
	}{
		{"twice", on, "http {\ngzip on;\ngzip on;\n}", []string{`3: "gzip" directive is duplicate`}},
		{"three times", on, "http {\ngzip on;\ngzip off;\ngzip on;\n}", []string{`3: "gzip" directive is duplicate`, `4: "gzip" directive is duplicate`}},
		{"on two levels", on, "http { gzip on; server { gzip on; location / { gzip on; if ($uri) { gzip on; } } } }", nil},
		{"in two blocks", on, "http { server { root /a; } server { root /b; } }", nil},
		{"blocks", on, "events {}\nevents {}\nhttp {}\nhttp {}", []string{`2: "events" directive is duplicate`, `4: "http" directive is duplicate`}},
		{"what may repeat", on, "http { server { add_header A b; add_header A b; server_name a; server_name a; ssl_protocols TLSv1.2; ssl_protocols TLSv1.3; error_page 500 /; error_page 500 /; } }", nil},
		{"the last one wins", on, "http { upstream u { ip_hash; server a; ip_hash; } }", nil},
		{"refused for something else", on, "http {\ngzip on;\ngzip on off;\nworker_processes 1;\nworker_processes 1;\n}", []string{
			`3: invalid number of arguments in "gzip" directive`,
			`4: "worker_processes" directive is not allowed here`, `5: "worker_processes" directive is not allowed here`,
		}},
		{"of one module, not of its namesake", on, "stream {\nserver {\nlisten 1;\nproxy_pass a:1;\nproxy_pass b:1;\n}\n}", []string{`5: "proxy_pass" directive is duplicate`}},
		{"set to what counts as unset", on, "worker_priority 0;\nworker_priority 5;\nworker_priority 5;", []string{`3: "worker_priority" directive is duplicate`}},
		{"template tags", on, "http { <% a %>; gzip on; gzip off; }", []string{"1: template (not evaluated)"}},
		{"a release that was not asked", nginxconf.Options{Version: nginxconf.Version{1, 10, 0}}, "http { gzip on; gzip on; }", nil},
		{"the newest release", nginxconf.Options{}, "http {\nserver {\nhttp2 on;\nhttp2 on;\n}\n}", []string{`4: "http2" directive is duplicate`}},
	} {
		got := verdictsOf(t, c.options, map[string]string{"nginx.conf": c.conf})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestDuplicatesThroughIncludes(t *testing.T) {
	got := verdictsOf(t, nginxconf.Options{Version: nginxconf.Version{1, 22, 1}}, map[string]string{
		"nginx.conf": "http { server { root /a; include root; } server { include root; } server { include log; include log; } }",
		"root":       "\nroot /b;",
		"log":        "access_log off;\n\nlog_not_found off;",
	})
	want := []string{`2: "root" directive is duplicate`, `3: "log_not_found" directive is duplicate`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// sampleArguments are tried in turn until nginx can read one.
func sampleArguments(d *nginxconf.Def) []string {
	var out []string
	if d.Default != "" && !strings.ContainsAny(d.Default, "|(") {
		out = append(out, d.Default)
	}
	if rest, ok := strings.CutPrefix(d.Kinds, "enum("); ok {
		words, _, _ := strings.Cut(rest, ")")
		word, _, _ := strings.Cut(words, "|")
		out = append(out, word)
	}
	for _, words := range []string{"", "on", "1", "1s", "4k", "a", "/a", "0", "127.0.0.1:1", "$uri", "8 4k", "off", "http://127.0.0.1:1", "a b", "a b c", "z:1m"} {
		if d.Accepts(len(strings.Fields(words))) {
			out = append(out, words)
		}
	}
	return out
}

// TestDuplicatesLikeNginx gives the directives of nginx twice, wherever they are
// allowed: nginx must not accept what would be called a duplicate.
func TestDuplicatesLikeNginx(t *testing.T) {
	n := nginxtest.Installed(t)
	modules := n.Load(t, "ngx_stream_module.so")
	version := versionOf(t, n)
	all := sample(repeated(version), 800)
	var mu sync.Mutex
	count := map[string]int{}
	nginxtest.Side(len(all), func(i int) {
		text := all[i].text()
		nginx := n.Test(t, map[string]string{"nginx.conf": modules + text})
		name, _, _ := strings.Cut(all[i].statement, " ")
		refused := nginx.Message == quoted(`"%s" directive is duplicate`, strings.TrimSuffix(name, ";"))
		claimed := strings.Contains(strings.Join(verdictsOf(t, nginxconf.Options{Version: version}, map[string]string{"nginx.conf": text}), "\n"), "is duplicate")
		mu.Lock()
		defer mu.Unlock()
		switch {
		case !nginx.Refused && claimed:
			t.Errorf("nginx takes twice: %s", text)
		case refused && !claimed:
			t.Logf("missed: %s", text)
		}
		if !nginx.Refused || refused {
			count[fmt.Sprintf("nginx %t, claimed %t", refused, claimed)]++
		}
	})
	t.Log(count)
}

// repeated returns probes with one statement twice, and, where the directive is
// allowed first, with two values.
func repeated(version nginxconf.Version) []probe {
	var all []probe
	for d := range nginxconf.Definitions() {
		mixed := d.Repeat == nginxconf.RepeatError
		for place := range places {
			if d.ThirdParty || d.Block || d.ContextsIn(version)&places[place].context == 0 {
				continue
			}
			samples := sampleArguments(d)
			for _, words := range samples {
				all = append(all, twice(place, d.Name, words, words))
				if mixed && words != samples[0] {
					all = append(all, twice(place, d.Name, words, samples[0]), twice(place, d.Name, samples[0], words))
				}
			}
			mixed = false
		}
	}
	return all
}

func twice(place int, name, a, b string) probe {
	return probe{place, strings.TrimSpace(name+" "+a) + ";\n" + strings.TrimSpace(name+" "+b) + ";"}
}
