package nginxconf

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// locations writes locations at random, below a prefix, down to a depth. Each
// answers with its number. Within a regular expression, for which the prefix is
// "", there are none but others of that kind.
func locations(g *rand.Rand, id *int, prefix string, depth int) string {
	var b strings.Builder
	seen := map[string]bool{}
	for range g.IntN(4) {
		path := prefix + []string{"", "a", "a/", "a/b", "b", "ab", "b.php"}[g.IntN(7)]
		head := []string{path, "^~ " + path, "= " + path, `~ \.php$`, "~ ^/a", "~* B", "~a/b"}[g.IntN(7)]
		key := strings.TrimPrefix(head, "^~ ")
		if prefix == "" && !strings.HasPrefix(head, "~") || seen[key] || path == prefix && depth < 2 && !strings.HasPrefix(head, "~") {
			continue
		}
		seen[key] = true
		*id++
		fmt.Fprintf(&b, "location %s { return 200 %d; ", head, *id)
		if depth > 0 && !strings.HasPrefix(head, "=") {
			inner := path
			if strings.HasPrefix(head, "~") {
				inner = ""
			}
			b.WriteString(locations(g, id, inner, depth-1))
		}
		b.WriteString("} ")
	}
	return b.String()
}

// TestChooseAsNginxDoes compares the location chosen for a path with the one
// that answers in a running nginx, over random servers.
func TestChooseAsNginxDoes(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	conf := "events {}\nhttp { server_names_hash_max_size 8192; client_body_temp_path cache/a; proxy_temp_path cache/b; fastcgi_temp_path cache/c; uwsgi_temp_path cache/d; scgi_temp_path cache/e; access_log off;\n"
	const servers = 150
	for i := range servers {
		id := 0
		conf += fmt.Sprintf("server { listen unix:front.sock; server_name s%d.test; return 200 0; %s}\n", i, locations(g, &id, "/", 2))
	}
	conf = strings.ReplaceAll(conf, "return 200 0; ", "set $x 0; ") + "}\n"
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": conf}, Options{})
	for _, n := range nginxtest.All(t) {
		dir := n.Start(t, map[string]string{"nginx.conf": conf}, "front.sock")
		client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, "front.sock"))
		}}}
		for i := range servers {
			name := fmt.Sprintf("s%d.test", i)
			server := c.serversNamed(name)[0]
			for _, path := range []string{"/", "/a", "/a/", "/a/b", "/ab", "/b", "/a/b.php", "/a/aab", "/aab.php", "/a/a/b", "/x"} {
				choice := server.Choose(path)
				want := "none" // the server itself: no such file
				if choice.Scope != server {
					want = choice.Scope.Last("return").Arg(1)
				}
				response, err := client.Get("http://" + name + path)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(response.Body)
				response.Body.Close()
				got := string(body)
				if response.StatusCode != 200 {
					got = "none"
				}
				if got != want {
					t.Fatalf("nginx %s, %s: %s answers, Choose says %s\n%s", n.Version, path, got, want, server.Directive.Span().Text())
				}
			}
		}
	}
}

func TestChooseDoubts(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": `http { server { location /a { } location ~ (?!x)y { } location = /b { } location ^~ /c { } } }`}, Options{})
	server := c.serversNamed("")[0]
	for path, want := range map[string]int{"/a": 1, "/b": 0, "/c": 0, "/z": 1} {
		if got := server.Choose(path); len(got.Doubts) != want {
			t.Errorf("%s: %d doubts, want %d", path, len(got.Doubts), want)
		}
	}
}

func TestFind(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": `
http {
    upstream u { server 127.0.0.1; }
    server { listen 80; server_name shop.test *.shop.test ~^x[0-9]+\.test$; location / { } location /api/ { location /api/v2/ { } } location ~ \.php$ { } location @f { } }
    server { listen 443; server_name shop.test; location / { } }
    server { listen 81; server_name .blog.test www.*; location =/api { if ($x) { } } }
}`}, Options{})
	for text, want := range map[string][]string{
		"/api/":                 {"server shop.test 80 / location /api/"},
		"/api/v2/":              {"server shop.test 80 / location /api/ / location /api/v2/"},
		"/api/v2/x":             {"server shop.test 80 / location /api/ / location /api/v2/", "server shop.test 443 / location /", "server .blog.test 81"},
		"~ \\.php$":             {"server shop.test 80 / location ~ \\.php$"},
		"~\\.php$":              {"server shop.test 80 / location ~ \\.php$"},
		"= /api":                {"server .blog.test 81 / location =/api"},
		"@f":                    {"server shop.test 80 / location @f"},
		"shop.test":             {"server shop.test 80", "server shop.test 443"},
		"SHOP.test/x":           {"server shop.test 80 / location /", "server shop.test 443 / location /"},
		"a.shop.test/api/":      {"server shop.test 80 / location /api/"},
		"x12.test/a.php":        {"server shop.test 80 / location ~ \\.php$"},
		"shop.test ~ \\.php$":   {"server shop.test 80 / location ~ \\.php$"},
		"blog.test":             {"server .blog.test 81"},
		"a.blog.test":           {"server .blog.test 81"},
		"www.other":             {"server .blog.test 81"},
		"server shop.test 443":  {"server shop.test 443"},
		"upstream u":            {"upstream u"},
		"none.test":             nil,
		"none.test/api/":        nil,
		"~ nothing":             nil,
		"":                      {"server shop.test 80", "server shop.test 443", "server .blog.test 81"},
		"shop.test/api/v2/a/b/": {"server shop.test 80 / location /api/ / location /api/v2/", "server shop.test 443 / location /"},
	} {
		var got []string
		for _, f := range c.Find(text) {
			got = append(got, f.Scope.Path())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	location := c.Find("/api/")[0]
	if !location.Covers(location.Scope) || location.Covers(location.Scope.Children[0]) || location.Covers(location.Scope.Parent) {
		t.Error("a location covers itself and no location within it")
	}
	if f := c.Find("= /api")[0]; !f.Covers(f.Scope.Children[0]) {
		t.Error("a location covers what is no location within it")
	}
	if f := c.Find("shop.test")[0]; !f.Covers(location.Scope.Children[0]) {
		t.Error("a server covers all within it")
	}
}
