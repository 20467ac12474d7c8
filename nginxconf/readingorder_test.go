package nginxconf

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestReadsBefore(t *testing.T) {
	c := load(t, source.Memory{
		"/etc/nginx/nginx.conf":    "events {}\nhttp {\n\tinclude conf.d/*.conf;\n\tserver {}\n}\n",
		"/etc/nginx/conf.d/a.conf": "# a\ngzip on;\n", "/etc/nginx/conf.d/b.conf": "include snippets/deep.conf;\n", "/etc/nginx/unread": "",
	}, Options{})
	const main, a, b = "/etc/nginx/nginx.conf", "/etc/nginx/conf.d/a.conf", "/etc/nginx/conf.d/b.conf"
	for _, x := range []struct {
		file  string
		line  int
		other string
		at    int
		want  bool
	}{
		{main, 2, a, 1, true}, {a, 2, main, 4, true}, {main, 4, b, 1, false},
		{a, 2, b, 1, true}, {b, 1, a, 2, false}, {a, 1, a, 2, true}, {a, 2, a, 2, false},
		{"/etc/nginx/unread", 1, main, 5, false},
	} {
		if got := c.ReadsBefore(x.file, x.line, x.other, x.at); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
	for name, want := range map[string]bool{"/etc/nginx/conf.d/new.conf": true, a: true, "/etc/nginx/conf.d/new": false, "/etc/nginx/snippets/deep.conf": true, main: false} {
		if got := c.Asks(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
