package nginxconf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestIncludes(t *testing.T) {
	c := load(t, source.Memory{
		"/etc/nginx/nginx.conf":         "include modules/*.conf;\nevents {}\nhttp {\n include sites/*;\n include missing.conf;\n include mime.types;\n include loop.conf;\n include 'with blank.conf';\n}",
		"/etc/nginx/sites/b":            "server { listen 2; include /etc/nginx/common; }",
		"/etc/nginx/sites/a":            "server { listen 1; include common; }",
		"/etc/nginx/sites/.off":         "server { listen 9; }",
		"/etc/nginx/sites/a.d/x.conf":   "",
		"/etc/nginx/common":             "root /srv;",
		"/etc/nginx/loop.conf":          "include loop.conf;",
		"/etc/nginx/with blank.conf":    "tcp_nopush on;",
		"/etc/nginx/other/ignored.conf": "x;",
	}, Options{})
	var names []string
	for _, d := range c.Documents {
		names = append(names, strings.TrimPrefix(d.File.Path, "/etc/nginx/"))
	}
	want := []string{"nginx.conf", "sites/a", "common", "sites/b", "loop.conf", "with blank.conf"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	var failed []string
	for _, e := range c.Includes {
		failed = append(failed, fmt.Sprintf("%s missing=%v loop=%v packaged=%v", e.Name, e.Missing, e.Loop, e.Packaged()))
	}
	want = []string{
		"/etc/nginx/sites/a.d missing=false loop=false packaged=false",
		"/etc/nginx/missing.conf missing=true loop=false packaged=false",
		"/etc/nginx/mime.types missing=true loop=false packaged=true",
		"/etc/nginx/loop.conf missing=false loop=true packaged=false",
	}
	if diff := cmp.Diff(want, failed); diff != "" {
		t.Error(diff)
	}
	common := c.Documents[2].File
	if c.Uses(common) != 2 || c.Uses(c.Documents[0].File) != 1 {
		t.Errorf("common is used %d times", c.Uses(common))
	}
	if scopeOf(t, c, "server").Last("root") == nil || scopeOf(t, c, "http").Last("tcp_nopush") == nil {
		t.Error("what is included does not count")
	}
}

const inherit = `
include absent-main.conf;
http {
    proxy_read_timeout 30s;
    proxy_set_header Host $host;
    proxy_set_header X-A 1;
    keepalive_timeout 65s 60s;
    proxy_pass http://nowhere;
    server {
        listen 80;
        proxy_connect_timeout 5s;
        location / {
            proxy_pass http://b;
            proxy_set_header X-B 2;
            if ($arg_x) { set $y 1; }
            location /in/ { proxy_read_timeout $var; }
        }
        location /unread/ { include gone.conf; }
        location /packaged/ { include proxy_params; }
    }
}`

func TestEffective(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": inherit}, Options{Version: Version{1, 22, 1}})
	scopes := map[string]*Scope{}
	c.Root.Walk(func(s *Scope) { scopes[s.Label()] = s })
	for _, k := range []struct{ scope, name, want string }{
		{"location /", "proxy_read_timeout", "30s at 4"},
		{"location /", "proxy_connect_timeout", "5s at 11"},
		{"location /", "proxy_send_timeout", "60s nginx 1.22.1 default"},
		{"location /", "proxy_http_version", "1.0 nginx 1.22.1 default"},
		{"location /", "proxy_set_header", "X-B 2 at 14"},
		{"location /in/", "proxy_set_header", "X-B 2 at 14"},
		{"server", "proxy_set_header", "Host $host, X-A 1 at 6"},
		{"location /in/", "proxy_pass", " nginx 1.22.1 default"},
		{"if ($arg_x)", "proxy_pass", "http://b at 13"},
		{"location /unread/", "proxy_read_timeout", "unknown"},
		{"location /packaged/", "proxy_read_timeout", "30s at 4"},
		{"location /packaged/", "proxy_set_header", "unknown"},
		{"location /", "keepalive_timeout", "65s 60s at 7"},
	} {
		v := scopes[k.scope].Effective(k.name)
		var texts []string
		for _, d := range v.Directives {
			texts = append(texts, d.ArgText())
		}
		got := strings.Join(texts, ", ")
		switch {
		case !v.Known:
			got = "unknown"
		case v.Origin().IsDefault():
			got = v.Text() + " " + v.Origin().Default
		default:
			got += fmt.Sprintf(" at %d", v.Origin().Span.Position().Line)
		}
		if got != k.want {
			t.Errorf("%s: %s: %q, want %q", k.scope, k.name, got, k.want)
		}
	}
	if s := scopes["location /in/"].Effective("proxy_read_timeout").Time(); s.Known {
		t.Error("a variable has no time")
	}
	if s := scopes["location /"].Effective("keepalive_timeout").Time(); s.Value != 65*time.Second {
		t.Errorf("keepalive_timeout: %v", s.Value)
	}
}

func TestRoutes(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": `
http {
    upstream Backend { server 10.0.0.1:3000 down; server unix:/run/app.sock backup; }
    upstream php { server 127.0.0.1:9000; }
    server {
        listen 80;
        listen [::]:80 backlog=1024;
        listen 127.0.0.1;
        listen 443 quic;
        listen unix:/run/n.sock;
        location /a { proxy_pass http://backend/v1/?x; }
        location /b { proxy_pass https://10.0.0.9:8443; if ($arg_a) { proxy_pass http://backend; } }
        location /c { proxy_pass http://$host; }
        location /d { fastcgi_pass php; }
        location /e { proxy_pass http://unix:/run/x.sock:/uri; }
        location /f { proxy_pass http://backend:8080; }
    }
}
stream {
    upstream backend { server 10.0.0.2:5432; }
    server { listen 5432; proxy_pass backend; }
}`}, Options{})
	var got []string
	for _, r := range c.Routes() {
		to := "-"
		if r.Upstream != nil {
			to = fmt.Sprintf("%s/%d", r.Upstream.Name, len(r.Upstream.Servers))
		}
		got = append(got, fmt.Sprintf("%s: %s %s %s %s %v %s", r.Scope.Label(), r.Module, r.Scheme, r.Address, r.URI, r.Variable, to))
	}
	want := []string{
		"location /a: proxy http backend /v1/?x false Backend/2",
		"location /b: proxy https 10.0.0.9:8443  false -",
		"if ($arg_a): proxy http backend  false Backend/2",
		"location /c: proxy http   true -",
		"location /d: fastcgi  php  false php/1",
		"location /e: proxy http unix:/run/x.sock /uri false -",
		"location /f: proxy http backend:8080  false -",
		"server: stream  backend  false backend/1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var sockets []string
	for _, l := range c.Listens() {
		sockets = append(sockets, fmt.Sprintf("%s %d %v", l.Socket, l.Backlog().Value, l.QUIC))
	}
	want = []string{"*:80 511 false", "[::]:80 1024 false", "127.0.0.1:80 511 false", "*:443 511 true", "unix:/run/n.sock 511 false"}
	if diff := cmp.Diff(want, sockets); diff != "" {
		t.Error(diff)
	}
	first := c.Upstreams()[0]
	if !first.Servers[0].Down || !first.Servers[1].Backup || len(c.RoutesTo(first)) != 2 {
		t.Errorf("upstream %+v", first)
	}
}

// While a file cannot be parsed, nothing about the whole is said.
func TestSyntaxErrorHidesTheModel(t *testing.T) {
	c := load(t, source.Memory{
		"/etc/nginx/nginx.conf": "http { upstream b { server 1.1.1.1; } server { location / { proxy_pass http://b; } } include x; }",
		"/etc/nginx/x":          "server {",
	}, Options{})
	if c.Whole() || c.HTTP() != nil || len(c.Routes())+len(c.Upstreams()) > 0 {
		t.Error("a broken tree was judged")
	}
}

func TestSecondReader(t *testing.T) {
	for text, want := range map[string]bool{
		"http { server { listen 80; location / { proxy_pass http://b; } } }": true,
		"events {}\nunknown_thing a b;\n":                                    true,
		"http {":                                                             false,
		`a b\;c;`:                                                            false,
	} {
		if got := SecondReaderAgrees(source.NewFile("/f", text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
