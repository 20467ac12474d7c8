package nginxconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestParseRequest(t *testing.T) {
	for text, want := range map[string]Request{
		"https://Shop.test/api/?a=1":        {Scheme: "https", Host: "shop.test", Port: "443", Target: "/api/?a=1"},
		"http://shop.test.:8080":            {Scheme: "http", Host: "shop.test", Port: "8080", Target: "/"},
		"HTTP://u:p@shop.test?x":            {Scheme: "http", Host: "shop.test", Port: "80", Target: "/?x"},
		"https://[::1]:8443/x":              {Scheme: "https", Host: "::1", Port: "8443", Target: "/x"},
		"https://[::1]/x":                   {Scheme: "https", Host: "::1", Port: "443", Target: "/x"},
		"shop.test/api/":                    {Host: "shop.test", Target: "/api/"},
		"shop.test:81":                      {Host: "shop.test", Port: "81", Target: "/"},
		"/api/?x=http://y/":                 {Target: "/api/?x=http://y/"},
		"http://unix:/run/nginx.sock:/api/": {Scheme: "http", Host: "localhost", Socket: "/run/nginx.sock", Target: "/api/"},
		"unix:/run/nginx.sock":              {Host: "localhost", Socket: "/run/nginx.sock", Target: "/"},
	} {
		got, err := ParseRequest(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
	for _, text := range []string{"ftp://shop.test/", "https:///x", "http://shop.test:port/", "http://shop.test:70000/", "shop..test/", "/a\nb"} {
		if r, err := ParseRequest(text); err == nil {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestServe(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": `
http {
    include gone.conf;
    server { listen 80; server_name shop.test; return 301 https://$host$request_uri; }
    server { listen 443 ssl; listen 443 quic; listen [::]:443 ssl; server_name shop.test; location / { } location /api/ { proxy_pass http://a; } }
    server { listen 443 ssl; listen 10.0.0.1:443 ssl; server_name $hostname "~^(?!x)"; location / { } }
    server { listen 10.0.0.1:80; listen unix:/run/n.sock; location /x { } }
    server { listen [::]:90 ipv6only=off; listen box:91; }
}`}, Options{})
	for url, want := range map[string][]string{
		"https://shop.test/":          {"*:443 *:443 (UDP) [::]:443 > server shop.test 443 / location / exact name", "10.0.0.1:443 > server $hostname 443 / location / only server"},
		"https://shop.test/api":       {"*:443 *:443 (UDP) [::]:443 > server shop.test 443 / location /api/ exact name 301", "10.0.0.1:443 > server $hostname 443 / location / only server"},
		"https://10.0.0.1/":           {"10.0.0.1:443 > server $hostname 443 / location / only server"},
		"https://10.0.0.2/":           {"*:443 *:443 (UDP) > server shop.test 443 / location / first server 2 doubts"},
		"https://[::2]/":              {"[::]:443 > server shop.test 443 / location / only server"},
		"http://shop.test/x":          {"*:80 > server shop.test 80 return", "10.0.0.1:80 > server 10.0.0.1:80 / location /x only server"},
		"http://10.0.0.1/x":           {"10.0.0.1:80 > server 10.0.0.1:80 / location /x only server"},
		"http://unix:/run/n.sock:/x":  {"unix:/run/n.sock > server 10.0.0.1:80 / location /x only server"},
		"http://10.0.0.1/../x":        {"10.0.0.1:80 > server 10.0.0.1:80 400"},
		"https://10.0.0.1:80/":        {"port 80 is listened on without TLS"},
		"http://shop.test:443/":       {"port 443 is listened on with TLS only; write https://"},
		"http://shop.test:81/":        {"no http server listens on port 81 (there are: *:80, *:443, *:443 (UDP), [::]:443, 10.0.0.1:443, 10.0.0.1:80, unix:/run/n.sock, [::]:90, box:91)"},
		"http://unix:/run/other:/":    {"no http server listens on unix:/run/other (there are: *:80, *:443, *:443 (UDP), [::]:443, 10.0.0.1:443, 10.0.0.1:80, unix:/run/n.sock, [::]:90, box:91)"},
		"/api/":                       {"> server shop.test 80 return", "> server shop.test 443 / location /api/", "> server $hostname 443 / location /", "> server 10.0.0.1:80", "> server [::]:90"},
		"http://10.0.0.1:90/":         {"[::]:90 > server [::]:90 only server"},
		"http://10.0.0.1:91/":         {"box:91 > server [::]:90 only server"},
		"https://shop.test/%61pi/../": {"*:443 *:443 (UDP) [::]:443 > server shop.test 443 / location / exact name", "10.0.0.1:443 > server $hostname 443 / location / only server"},
	} {
		r, err := ParseRequest(url)
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Serve(r)
		var got []string
		for _, s := range list {
			got = append(got, describeServed(s))
		}
		if err != nil {
			got = append(got, err.Error())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", url, diff)
		}
	}
	if places := c.HTTP().Unseen("server"); len(places) != 1 || places[0].Span.Text() != "include gone.conf" {
		t.Errorf("unseen: %v", places)
	}
}

func describeServed(s Served) string {
	var b strings.Builder
	for _, a := range s.Addresses {
		b.WriteString(a.String() + " ")
	}
	b.WriteString("> ")
	switch {
	case s.Bad != nil:
		return b.String() + s.Server.Server.Path() + " 400"
	case s.Return != nil:
		return b.String() + s.Server.Server.Path() + " return"
	}
	b.WriteString(strings.TrimSpace(s.Location.Scope.Path() + " " + s.Server.Kind))
	if s.Location.Redirect {
		b.WriteString(" 301")
	}
	if n := len(s.Server.Doubts); n > 0 {
		b.WriteString(" " + formatInt(int64(n)) + " doubts")
	}
	return b.String()
}

func TestDetours(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": `
http { error_page 502 /sorry; server {
    if ($bad) { return 403; }
    location /a { set $x 1; return 204; rewrite ^ /b; }
    location /b { rewrite ^ /c; return 204; }
    location /c { try_files $uri @app; error_page 404 /none; rewrite_by_lua_block { x() } }
} }`}, Options{})
	server := c.serversNamed("")[0]
	for path, want := range map[string]string{"/a": "", "/b": "rewrite return error_page", "/c": "try_files rewrite_by_lua_block error_page", "/": "if"} {
		var got []string
		for _, d := range server.Choose(path).Scope.Detours() {
			got = append(got, d.Name)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	if d := server.Choose("/a").Scope.Answer(); d == nil || d.Arg(0) != "204" {
		t.Errorf("answer: %v", d)
	}
	if server.Answer() != nil || server.Choose("/b").Scope.Answer() != nil {
		t.Error("an answer behind a condition")
	}
}

// FuzzServe asks for any URL of any configuration: there is an answer or an
// error, and a path that was decoded starts with "/".
func FuzzServe(f *testing.F) {
	f.Add("https://shop.test/%2e%2e/a?b", "server { listen 443 ssl; server_name *.test ~^x; location / { } location ~ (?!x) { } }")
	f.Add("http://unix:/x:/", "server { listen unix:/x; listen 80 default_server; return 200; } server { }")
	f.Add("[::1]:80", "server { listen [::]:80; listen 8000-8010; server_name .a a.* \"\"; location /a/ { proxy_pass http://b; location = /a { } } }")
	f.Fuzz(func(t *testing.T, url, servers string) {
		r, err := ParseRequest(url)
		if err != nil {
			return
		}
		v := source.NewStore(source.Memory{"/etc/nginx/nginx.conf": "http { " + servers + " }"}).View("/")
		c, err := Load(v, Options{})
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Serve(r)
		if err == nil && len(list) == 0 {
			t.Fatal("neither an answer nor an error")
		}
		for _, s := range list {
			if s.Server.Server == nil || s.Bad == nil && !strings.HasPrefix(s.Path, "/") || s.Bad == nil && s.Return == nil && s.Location.Scope == nil {
				t.Fatalf("%+v", s)
			}
		}
	})
}
