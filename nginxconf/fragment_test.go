package nginxconf

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestParseNesting(t *testing.T) {
	cases := []struct{ text, want, err string }{
		{"http,server", "http,server", ""},
		{"http, server ,location", "http,server,location", ""},
		{"server", "http,server", ""},
		{"location", "http,server,location", ""},
		{"location,location", "http,server,location,location", ""},
		{"upstream", "http,upstream", ""},
		{"stream,server", "stream,server", ""},
		{"main", "main", ""},
		{"main,http", "http", ""},
		{"", "main", ""},
		{"http,server,if", "http,server,if", ""},
		{"http,map", "http,map", ""},
		{"server,http", "", `"http" is no block of "server"`},
		{"htpp", "", `"htpp" is no block of "main"`},
		{"stream,location", "", `"location" is no block of "stream"`},
		{"http,gzip", "", `"gzip" is no block of "http"`},
	}
	for _, c := range cases {
		n, err := ParseNesting(c.text)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v, want %q", c.text, err, c.err)
			}
		case err != nil || n.String() != c.want:
			t.Errorf("%q: %v, %v, want %s", c.text, n, err, c.want)
		}
	}
}

func TestDeclaredNesting(t *testing.T) {
	cases := []struct{ text, want, err string }{
		{"# tunelint:context http,server\nlisten 80;", "http,server", ""},
		{"# head\n#tunelint:context stream because of that\n", "stream", ""},
		{"listen 80;\n# tunelint:context http,server", "none", ""},
		{"listen 80;", "none", ""},
		{"# tunelint:context server,http", "", "/x.conf:1:1: tunelint:context: \"http\" is no block"},
		{"\n# tunelint:context", "", "/x.conf:2:1: tunelint:context: no context is named"},
	}
	for _, c := range cases {
		n, ok, err := Parse(source.NewFile("/x.conf", c.text)).DeclaredNesting()
		got := "none"
		if ok {
			got = n.String()
		}
		var placed *source.Error
		switch {
		case c.err != "":
			if !errors.As(err, &placed) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v", c.text, err)
			}
		case err != nil || got != c.want:
			t.Errorf("%q: %s, %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestNestings(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"server block", "server { listen 80; location / { proxy_pass http://a; } }", "[http]"},
		{"server block of stream", "server { listen 80; proxy_pass a; }", "[stream]"},
		{"server block of either", "server { listen 80; }", "[http stream mail]"},
		{"upstream block", "upstream a { server b; keepalive 8; }", "[http]"},
		{"servers of an upstream block", "server 10.0.0.1; server 10.0.0.2; keepalive 8;", "[http,upstream]"},
		{"body of a server", "listen 80; server_name a; location / { }", "[http,server]"},
		{"body of a location", "proxy_pass http://a; proxy_set_header Host b;", "[http,server,location]"},
		{"in three places", "gzip on; gzip_types a/b;", "[http http,server http,server,location]"},
		{"main context", "worker_processes 1; events { worker_connections 10; }", "[main]"},
		{"events", "worker_connections 10; use epoll;", "[events]"},
		{"misspelt names", "listen 80; server_nam a; location / { proxy_pas a; }", "[http,server]"},
		{"nothing but an include", "include a;", "[]"},
		{"contradiction", "listen 80; worker_processes 1;", "[]"},
		{"entries of a map", "default 0; a 1; b 2;", "[]"},
		{"prose", "This is a; readme file;", "[]"},
		{"empty", "", "[]"},
		{"template", "{% if a %} server 10.0.0.1 down; {% endif %}\nmap $a $b { }\nserver { listen {{ p }}; root a; }", "[http]"},
		{"nothing but conditions", "{% if a %} server { root a; } {% endif %}", "[http]"},
	}
	for _, c := range cases {
		name := "/x.conf"
		if strings.Contains(c.text, "{%") {
			name += ".j2"
		}
		if got := fmt.Sprint(Parse(source.NewFile(name, c.text)).Nestings(Version{})); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestFragmentsOfCorpus takes the http blocks of real configurations out and
// finds out where they stand.
func TestFragmentsOfCorpus(t *testing.T) {
	n := 0
	for _, name := range corpusFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Parse(source.NewFile("/nginx.conf", string(text))).Directives {
			if d.Block == nil || len(d.Block.Directives) < 3 {
				continue
			}
			body := text[d.Block.open+1 : d.Block.close]
			if got := fmt.Sprint(Parse(source.NewFile("/x.conf", string(body))).Nestings(Version{})); got != "["+d.Name+"]" {
				t.Errorf("%s: %s is taken for %s", name, d.Name, got)
			}
			n++
		}
	}
	if n < 25 {
		t.Errorf("%d blocks", n)
	}
}

func TestLoadFragment(t *testing.T) {
	f := source.NewFile("/srv/x.conf", "proxy_read_timeout 30s;\ninclude mime.types;\ninclude more.conf;\nlocation / { proxy_pass http://a; }\n")
	v := source.NewStore(source.Memory{"/etc/nginx/more.conf": "gzip on;"}).View("/")
	c := LoadFragment(v, f, Nesting{"http", "server"}, Options{})
	inner := c.Root
	for len(inner.Children) > 0 {
		inner = inner.Children[0]
	}
	if diff := cmp.Diff("location /", inner.Label()); diff != "" {
		t.Error(diff)
	}
	if v := inner.Effective("proxy_read_timeout"); !v.Known || v.Text() != "30s" {
		t.Errorf("proxy_read_timeout %q, known %v", v.Text(), v.Known)
	}
	if v := inner.Effective("proxy_send_timeout"); v.Known {
		t.Errorf("proxy_send_timeout %q is known", v.Text())
	}
	if c.Whole() || len(c.Documents) != 1 || len(c.Includes) != 0 || len(c.Routes()) != 0 {
		t.Errorf("whole %v, %d documents, %d includes, %d routes", c.Whole(), len(c.Documents), len(c.Includes), len(c.Routes()))
	}
	if inner.Path() == "" || inner.Enclosing(InHTTP) == nil {
		t.Errorf("path %q", inner.Path())
	}
}
