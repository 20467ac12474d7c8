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
	seeds := uint64(60)
	if testing.Short() {
		seeds = 5
	}
	applied := map[string]int{}
	for seed := range seeds {
		c := &testCase{name: fmt.Sprint(seed), files: lawMachine(rand.New(rand.NewPCG(seed, 2)))}
		m := c.open(t)
		for _, rule := range m.fixing(t) {
			out := m.settle(t, []*lint.Rule{rule}, true)
			applied[rule.Name] += len(out.Applied)
			if wrong := m.lostByFixes(t, out); wrong != "" {
				t.Errorf("seed %d: the fixes of %s: %s\n%s", seed, rule.Name, wrong, c.files[machineRoot+"/etc/nginx/nginx.conf"])
			}
		}
	}
	if n := len(applied); n < 12 && !testing.Short() {
		t.Errorf("only %d rules offered a fix: %v", n, applied)
	}
}

// fixing returns the rules that offer a fix for the machine.
func (m machine) fixing(t *testing.T) []*lint.Rule {
	t.Helper()
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	var out []*lint.Rule
	for _, f := range lint.Run(hosts, m.options).Findings {
		if f.Fix != nil && !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
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
}

// lawSettings are what a block may set.
var lawSettings = []string{
	"proxy_set_header Host $host;", "proxy_set_header X-Trace $request_id;", `proxy_set_header Connection "";`, "proxy_set_header Connection close;",
	"proxy_set_header Connection upgrade;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $closing;", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
	"add_header X-Served-By web always;", "add_header Cache-Control no-store;", "fastcgi_param SCRIPT_FILENAME /srv/index.php;", "fastcgi_param HTTPS on;",
	"proxy_http_version 1.1;", "proxy_http_version 1.0;", "proxy_read_timeout 5s;", "proxy_read_timeout 300s;", "proxy_connect_timeout 90s;", "proxy_connect_timeout 5s;",
	"proxy_buffering off;", "proxy_buffering on;", "proxy_buffer_size 8k;", "proxy_next_upstream off;", "proxy_next_upstream error timeout non_idempotent;",
	"proxy_next_upstream_tries 5;", "proxy_next_upstream_timeout 2s;", "keepalive_timeout 20s;", "client_max_body_size 100m;", "send_timeout 2s;", "client_body_timeout 5s;",
	"fastcgi_keep_conn on;", "fastcgi_read_timeout 10s;",
}

const lawYAML = `version: 1
hosts:
  - name: web
    root: .
    nginx: {version: %s}
    kernel: "6.1"
    facts: {cpus: 4, memory: 8GiB}
    workload: {peak_connections: 10000, peak_rps: 2000, upstream_latency: 100ms}
    apps:
      - {name: api, upstream: pooled, runtime: node@18, request_timeout: 30s, websocket: true, max_body_size: 10MiB, max_response_header_size: 6KiB, routes: [{path: /0/, request_timeout: 90s}]}
      - {name: jobs, upstream: plain, runtime: gunicorn@23, request_timeout: 20s, max_connections: 50, startup_time: 20s, streaming: true}
      - {name: php, upstream: "127.0.0.1:9000", runtime: php-fpm@8.3, request_timeout: 60s}
    load_balancers:
      - {name: edge, kind: aws-alb, health_check: {path: /0/}, retry: {attempts: 3}}
`

// lawMachine is a small machine with settings on every level.
func lawMachine(r *rand.Rand) source.Memory {
	var b strings.Builder
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	b.WriteString("worker_processes 2;\nevents {}\nhttp {\nmap $http_upgrade $closing { default upgrade; '' close; }\n")
	b.WriteString("upstream pooled {\n" + pick("keepalive 16;\n", "", "keepalive 512;\n") + "server 10.0.0.1:3000" + pick("", " max_fails=3 fail_timeout=30s", " max_conns=10") + ";\n" +
		pick("server 10.0.0.2:3000;\n", "", "server 10.0.0.2:3000 down;\n") + pick("least_conn;\n", "") + pick("keepalive_timeout 4s;\n", "", "") + "}\n")
	b.WriteString("upstream plain {\nserver " + pick("10.0.0.5:8000", "localhost:8000", "127.0.0.1:8000") + ";\n" + pick("", "server 127.0.0.1:8001 backup;\n") + "}\n")
	lawSet(r, &b)
	for i := range 1 + r.IntN(2) {
		fmt.Fprintf(&b, "server {\nlisten %d;\n", 80+i)
		lawSet(r, &b)
		if r.IntN(3) == 0 {
			b.WriteString("include shared.conf;\n")
		}
		lawLocations(r, &b, "/", 2)
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	var shared strings.Builder
	lawLocations(r, &shared, "/shared/", 1)
	return source.Memory{
		machineRoot + "/etc/nginx/nginx.conf":  b.String(),
		machineRoot + "/etc/nginx/shared.conf": shared.String(),
		machineRoot + "/tunelint.yaml":         fmt.Sprintf(lawYAML, pick("1.22.1", "1.28.0", "1.30.6")),
	}
}

// lawSet writes settings that do not contradict each other within a block.
func lawSet(r *rand.Rand, b *strings.Builder) {
	seen := map[string]bool{}
	for _, s := range lawSettings {
		name, rest, _ := strings.Cut(s, " ")
		if many := strings.HasSuffix(name, "_header") || strings.HasSuffix(name, "_param"); many {
			name, _, _ = strings.Cut(rest, " ")
		}
		if r.IntN(12) == 0 && !seen[name] {
			seen[name] = true
			b.WriteString(s + "\n")
		}
	}
}

func lawLocations(r *rand.Rand, b *strings.Builder, prefix string, depth int) {
	for i := range 1 + r.IntN(3) {
		path := fmt.Sprintf("%s%d/", prefix, i)
		fmt.Fprintf(b, "location %s {\n", path)
		lawSet(r, b)
		switch target := []string{"pooled", "pooled", "plain", "10.0.0.9:80"}[r.IntN(4)]; r.IntN(6) {
		case 0:
			fmt.Fprintf(b, "if ($arg_x) {\nproxy_pass http://%s;\n}\n", target)
		case 1:
			b.WriteString("fastcgi_pass 127.0.0.1:9000;\n")
		default:
			fmt.Fprintf(b, "proxy_pass http://%s;\n", target)
		}
		if depth > 0 && r.IntN(3) == 0 {
			lawLocations(r, b, path, depth-1)
		}
		b.WriteString("}\n")
	}
}
