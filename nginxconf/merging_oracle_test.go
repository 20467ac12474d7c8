package nginxconf

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// A mergeServer writes one server at random: a location, one within it, and an
// "if" and a limit_except in each.
type mergeServer struct {
	*rand.Rand
	id    int
	merge bool // nginx has add_header_inherit
}

func (g *mergeServer) maybe(format string, args ...any) string {
	if g.IntN(3) > 0 {
		return ""
	}
	return fmt.Sprintf(format, args...) + "; "
}

func (g *mergeServer) number() int { g.id++; return g.id }

// lines are what one level says of the given kind.
func (g *mergeServer) lines(kind, level string) string {
	var b strings.Builder
	switch kind {
	case "headers":
		b.WriteString(g.maybe("add_header X-%d 1", g.number()))
		b.WriteString(g.maybe("add_header X-%d 1", g.number()))
		b.WriteString(g.maybe("access_log logs/%d.log n", g.number()%40))
		if g.IntN(8) == 0 {
			b.WriteString("access_log off; ")
		}
		if g.merge {
			b.WriteString(g.maybe("add_header_inherit %s", []string{"on", "off", "merge"}[g.IntN(3)]))
		}
		if level != "if" {
			b.WriteString(g.maybe("keepalive_timeout 100s%s", []string{"", fmt.Sprintf(" %ds", g.number())}[g.IntN(2)]))
		}
	case "proxied":
		if level != "if" {
			b.WriteString(g.maybe("proxy_set_header X-%d 1", g.number()%30))
			b.WriteString(g.maybe("proxy_hide_header H-%d", g.IntN(4)))
		}
	case "files":
		b.WriteString(g.maybe("error_page 404 =%d /ok", 210+g.IntN(80)))
		if level == "location" && g.IntN(3) == 0 {
			fmt.Fprintf(&b, "alias d%d/; ", g.IntN(9))
		} else {
			b.WriteString(g.maybe("root d%d", g.IntN(9)))
		}
	case "access":
		if level != "if" {
			b.WriteString(g.maybe("%s all", []string{"allow", "deny"}[g.IntN(2)]))
		}
	}
	return b.String()
}

func (g *mergeServer) write(name, kind string) string {
	handler := map[string]string{"headers": "empty_gif; ", "proxied": "proxy_pass http://unix:echo.sock; ", "access": "proxy_pass http://unix:echo.sock; "}[kind]
	inside := func() string {
		s := g.lines(kind, "location") + handler + "if ($arg_if) { " + g.lines(kind, "if") + "} "
		if kind == "access" {
			s += "limit_except GET { " + g.lines(kind, "limit_except") + "deny 192.0.2.1; } "
		}
		return s
	}
	return fmt.Sprintf("server { listen unix:front.sock; server_name %s; %s location = /ok { empty_gif; } location /a/ { %s location /a/b/ { %s } } }\n",
		name, g.lines(kind, "server"), inside(), inside())
}

// A mergeRequest is one request with the block that should decide its answer.
type mergeRequest struct {
	server, kind, method, uri string
	block                     string // of the location: "", "if" or "limit_except"
}

// TestMergeRulesOfRunningNginx asks running servers for what Effective says of
// headers, logs, proxied headers, roots, error pages and access, over random
// configurations.
func TestMergeRulesOfRunningNginx(t *testing.T) {
	for _, n := range nginxtest.All(t) {
		t.Run(n.Version, func(t *testing.T) {
			version, err := ParseVersion(n.Version)
			if err != nil {
				t.Fatal(err)
			}
			for seed := range uint64(2) {
				askMerges(t, n, version, seed)
			}
		})
	}
}

func askMerges(t *testing.T, n *nginxtest.Nginx, version Version, seed uint64) {
	g := &mergeServer{Rand: rand.New(rand.NewPCG(seed, 1)), merge: !version.Less(Version{1, 29, 3})}
	var requests []mergeRequest
	var servers strings.Builder
	for i := range 200 {
		kind := []string{"headers", "proxied", "files", "access"}[i%4]
		name := fmt.Sprintf("s%d.test", i)
		servers.WriteString(g.write(name, kind))
		for _, uri := range []string{"/a/who", "/a/b/who"} {
			r := mergeRequest{name, kind, "GET", uri, ""}
			requests = append(requests, r, mergeRequest{name, kind, "GET", uri + "?if=1", "if"})
			switch kind {
			case "files":
				requests = append(requests, mergeRequest{name, kind, "GET", strings.Replace(uri, "who", "none", 1), ""})
			case "access":
				requests = append(requests, mergeRequest{name, kind, "PUT", uri, "limit_except"})
			}
		}
	}
	conf := mergeMain(g, servers.String())
	files := map[string]string{"nginx.conf": conf}
	for i := range 9 {
		for _, name := range []string{"who", "b/who", "a/who", "a/b/who"} {
			files[fmt.Sprintf("d%d/%s", i, name)] = fmt.Sprint(i)
		}
	}
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": conf}, Options{Version: version})
	dir := n.Start(t, files, "front.sock")
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, "front.sock"))
	}}}
	logged := make([][]string, len(requests))
	for i, r := range requests {
		scope := r.scope(t, c)
		want, got := expectedAnswer(r, scope), answerOf(t, client, i, r)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s %s%s (-Effective +nginx):\n%s\n%s", r.method, r.server, r.uri, diff, serverText(scope))
		}
		if r.kind == "headers" {
			for _, d := range scope.Effective("access_log").Directives {
				if d.Arg(0) != "off" {
					logged[i] = append(logged[i], d.Arg(0))
				}
			}
			slices.Sort(logged[i])
			logged[i] = slices.Compact(logged[i])
		}
	}
	if diff := cmp.Diff(logged, readLogs(t, dir, len(requests))); diff != "" {
		t.Errorf("logs (-Effective +nginx):\n%s", diff)
	}
}

func mergeMain(g *mergeServer, servers string) string {
	var hidden, echoed strings.Builder
	for i := range 4 {
		fmt.Fprintf(&hidden, "add_header H-%d 1; ", i)
	}
	for i := range 30 {
		fmt.Fprintf(&echoed, "${http_x_%d}", i)
		fmt.Fprintf(&hidden, "add_header E-%d $http_x_%d; ", i, i)
	}
	own := ""
	if g.merge {
		own = "add_header_inherit off;"
	}
	temp := ""
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += name + "_temp_path cache/" + name + "; "
	}
	return "events {}\nhttp { " + temp + "log_format n $arg_n; access_log off; variables_hash_max_size 8192; server_names_hash_max_size 8192; " +
		g.lines("headers", "http") + g.lines("proxied", "http") + g.lines("files", "http") +
		"\nserver { listen unix:echo.sock; access_log off; location / { " + hidden.String() + own + " return 200; } }\n" + servers + "}\n"
}

// scope returns the block that decides the answer to a request.
func (r mergeRequest) scope(t *testing.T, c *Config) *Scope {
	t.Helper()
	path, _, _ := strings.Cut(r.uri, "?")
	servers := c.serversNamed(r.server)
	if len(servers) == 0 {
		t.Fatalf("no server %s", r.server)
	}
	location := servers[0].Choose(path).Scope
	for _, s := range location.Children {
		if r.block != "" && s.Directive.Name == r.block {
			return s
		}
	}
	return location
}

func expectedAnswer(r mergeRequest, s *Scope) []string {
	var out []string
	if r.kind == "headers" || r.kind == "proxied" {
		for _, d := range s.Effective("add_header").Directives {
			out = append(out, d.Arg(0))
		}
		v := s.Effective("keepalive_timeout")
		for _, d := range []*Directive{v.Directive(), v.Rest} {
			if d != nil && len(d.Args) == 2 {
				out = append(out, "timeout="+strings.TrimSuffix(d.Arg(1), "s"))
				break
			}
		}
	}
	switch r.kind {
	case "proxied":
		for _, d := range s.Effective("proxy_set_header").Directives {
			out = append(out, strings.Replace(d.Arg(0), "X", "E", 1))
		}
		for i := range 4 {
			name := fmt.Sprintf("H-%d", i)
			if !slices.ContainsFunc(s.Effective("proxy_hide_header").Directives, func(d *Directive) bool { return d.Arg(0) == name }) {
				out = append(out, name)
			}
		}
	case "access":
		out = append(out, "200")
		if slices.ContainsFunc(s.Effective("deny").Directives, func(d *Directive) bool { return d.Arg(0) == "all" }) {
			out[0] = "403"
		}
	case "files":
		out = expectedFile(r, s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// expectedFile is the number of the folder that a file comes from, or the status
// for a file that is not there.
func expectedFile(r mergeRequest, s *Scope) []string {
	root, alias := s.Effective("root").Directive(), s.Effective("alias").Directive()
	folder := root
	if alias != nil {
		folder = alias
	}
	if folder != nil && strings.Contains(r.uri, "who") {
		return []string{strings.Trim(folder.Arg(0), "d/")}
	}
	if d := s.Effective("error_page").Directive(); d != nil {
		return []string{strings.TrimPrefix(d.Arg(1), "=")}
	}
	return []string{"404"}
}

func answerOf(t *testing.T, client *http.Client, i int, r mergeRequest) []string {
	t.Helper()
	uri := r.uri + "?"
	if strings.Contains(r.uri, "?") {
		uri = r.uri + "&"
	}
	request, err := http.NewRequest(r.method, fmt.Sprintf("http://%s%sn=%d", r.server, uri, i), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	var out []string
	switch {
	case r.kind == "access":
		return []string{fmt.Sprint(response.StatusCode)}
	case r.kind == "files" && response.StatusCode == 200:
		return []string{string(body)}
	case r.kind == "files":
		return []string{fmt.Sprint(response.StatusCode)}
	}
	for name, values := range response.Header {
		if len(name) > 2 && name[1] == '-' && strings.Contains("XEH", name[:1]) {
			out = append(out, name)
		}
		if name == "Keep-Alive" {
			out = append(out, values...)
		}
	}
	slices.Sort(out)
	return out
}

// readLogs returns the logs that hold each request.
func readLogs(t *testing.T, dir string, requests int) [][]string {
	t.Helper()
	out := make([][]string, requests)
	logs, err := filepath.Glob(filepath.Join(dir, "logs/*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatal("no logs")
	}
	slices.Sort(logs)
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Fields(string(text)) {
			var i int
			if _, err := fmt.Sscan(line, &i); err == nil {
				out[i] = append(out[i], "logs/"+filepath.Base(name))
			}
		}
	}
	for i := range out {
		slices.Sort(out[i])
	}
	return out
}

func serverText(s *Scope) string { return s.Enclosing(InServer).Directive.Span().Text() }
