package nginxconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// TestIncludeErrors compares includes that cannot be followed with the trees that
// nginx refuses: it looks beside the main file only, and does not notice loops.
func TestIncludeErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string // "include X;" stands in http
		fails bool
		want  string // what Beside or Circle say
	}{
		{"there", map[string]string{"nginx.conf": "a.conf", "a.conf": "sendfile on;"}, false, ""},
		{"missing", map[string]string{"nginx.conf": "a.conf"}, true, ""},
		{"pattern without a match", map[string]string{"nginx.conf": "d/*.conf"}, false, ""},
		{"beside the including file", map[string]string{"nginx.conf": "d/a.conf", "d/a.conf": "include b.conf;", "d/b.conf": "sendfile on;"}, true, "/etc/nginx/d/b.conf"},
		{"beside the main file", map[string]string{"nginx.conf": "d/a.conf", "d/a.conf": "include d/b.conf;", "d/b.conf": "sendfile on;"}, false, ""},
		{"itself", map[string]string{"nginx.conf": "a.conf", "a.conf": "include a.conf;"}, true, "include a.conf"},
		{"by a pattern", map[string]string{"nginx.conf": "*.inc", "a.inc": "server { include *.inc; }"}, true, "include *.inc"},
		{"circle", map[string]string{"nginx.conf": "a.conf", "a.conf": "include b.conf;", "b.conf": "include c.conf;", "c.conf": "include a.conf;"}, true,
			"include b.conf > include c.conf > include a.conf"},
		{"in turn", map[string]string{"nginx.conf": "a.conf", "a.conf": "server { include b.conf; location / { include b.conf; } }", "b.conf": "sendfile on;"}, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.files["nginx.conf"] = "events {}\nhttp {\ninclude " + c.files["nginx.conf"] + ";\n}\n"
			if o := nginxtest.Installed(t).Test(t, c.files); o.Refused != c.fails {
				t.Errorf("nginx refuses: %t\n%s", o.Refused, o.Output)
			}
			m := source.Memory{}
			for name, text := range c.files {
				m["/etc/nginx/"+name] = text
			}
			config, err := Load(source.NewStore(m).View("/"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(config.Includes) > 0; got != c.fails {
				t.Fatalf("includes fail: %t", got)
			}
			got := ""
			for _, e := range config.Includes {
				if e.Missing {
					got = config.Beside(e)
				}
				for i, d := range config.Circle(e) {
					if i > 0 {
						got += " > "
					}
					got += d.HeadSpan().Text()
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
