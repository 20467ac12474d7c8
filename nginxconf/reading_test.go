package nginxconf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

const readingMain = `include top.conf;
http {
    include sites/*;
    include sites/a;
    include none/*.conf;
    include gone.conf;
}`

func readingConfig(t *testing.T) *Config {
	t.Helper()
	return load(t, source.Memory{
		"/etc/nginx/nginx.conf": readingMain,
		"/etc/nginx/top.conf":   "user www;",
		"/etc/nginx/sites/a":    "server {\n server_name a;\n include snip;\n location / { include snip; }\n}",
		"/etc/nginx/sites/b":    "server { server_name b; include snip; }",
		"/etc/nginx/snip":       "include deep;\nroot /srv;",
		"/etc/nginx/deep":       "sendfile on;",
	}, Options{})
}

func chainText(chain []*Directive) string {
	var out []string
	for _, d := range chain {
		out = append(out, fmt.Sprintf("%s:%d", strings.TrimPrefix(d.Doc.File.Path, "/etc/nginx/"), d.HeadSpan().Position().Line))
	}
	return strings.Join(out, " ")
}

func TestChain(t *testing.T) {
	c := readingConfig(t)
	var got []string
	c.Root.Walk(func(s *Scope) {
		for _, name := range []string{"user", "server_name", "root", "sendfile"} {
			for _, d := range s.Own(name) {
				got = append(got, s.Path()+": "+d.Name+": "+chainText(c.Chain(d, s)))
			}
		}
	})
	want := []string{
		"main: user: nginx.conf:1",
		"server a: server_name: nginx.conf:3",
		"server a: root: nginx.conf:3 sites/a:3",
		"server a: sendfile: nginx.conf:3 sites/a:3 snip:1",
		"server a / location /: root: nginx.conf:3 sites/a:4",
		"server a / location /: sendfile: nginx.conf:3 sites/a:4 snip:1",
		"server b: server_name: nginx.conf:3",
		"server b: root: nginx.conf:3 sites/b:1",
		"server b: sendfile: nginx.conf:3 sites/b:1 snip:1",
		"server a #2: server_name: nginx.conf:4",
		"server a #2: root: nginx.conf:4 sites/a:3",
		"server a #2: sendfile: nginx.conf:4 sites/a:3 snip:1",
		"server a #2 / location /: root: nginx.conf:4 sites/a:4",
		"server a #2 / location /: sendfile: nginx.conf:4 sites/a:4 snip:1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadings(t *testing.T) {
	c := readingConfig(t)
	for _, d := range c.Documents {
		if len(c.Readings(d.File)) != c.Uses(d.File) && d != c.Main.Document {
			t.Errorf("%s: %d readings, used %d times", d.File.Path, len(c.Readings(d.File)), c.Uses(d.File))
		}
	}
	var got []string
	for _, in := range c.Main.Inclusions {
		got = append(got, fmt.Sprintf("%s pattern=%v files=%d failed=%d in %s", in.Name, in.Pattern, len(in.Readings), len(in.Failed), in.Scope.Path()))
	}
	want := []string{
		"/etc/nginx/top.conf pattern=false files=1 failed=0 in main",
		"/etc/nginx/sites/* pattern=true files=2 failed=0 in http",
		"/etc/nginx/sites/a pattern=false files=1 failed=0 in http",
		"/etc/nginx/none/*.conf pattern=true files=0 failed=0 in http",
		"/etc/nginx/gone.conf pattern=false files=0 failed=1 in http",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	first, again := c.Main.Inclusions[1].Readings[0], c.Main.Inclusions[2].Readings[0]
	if http := c.HTTP(); http.ReadBefore(again) != first || http.ReadBefore(first) != nil {
		t.Error("the second reading into one block is not known as such")
	}
}
