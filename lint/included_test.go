package lint

import (
	"fmt"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

func TestIncluded(t *testing.T) {
	store := source.NewStore(source.Memory{
		"/m/etc/nginx/nginx.conf": "http {\n include sites/*;\n}\n",
		"/m/etc/nginx/sites/a":    "server {\n include snip;\n location / { include snip; }\n}\n",
		"/m/etc/nginx/snip":       "root /srv;\n",
		"/m/etc/sysctl.d/1.conf":  "vm.swappiness = 10\n",
	})
	h, err := host.Load(store, "/m", appconf.HostConfig{Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) source.Span {
		f, err := store.Open("/m/etc/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return source.Span{File: f, End: 1}
	}
	for _, c := range []struct{ primary, related, want string }{
		{"nginx/nginx.conf", "sysctl.d/1.conf", ""},
		{"nginx/sites/a", "", "nginx.conf:2 included here; "},
		{"nginx/snip", "nginx/sites/a", "nginx.conf:2 included here; a:2 included here, the first of 2 times; "},
		{"sysctl.d/1.conf", "nginx/sites/a", "nginx.conf:2 included here; "},
	} {
		f := &Finding{Span: at(c.primary)}
		if c.related != "" {
			f.Related = []Related{{Span: at(c.related)}, {Label: "a default"}}
		}
		got := ""
		for _, r := range included(h, f) {
			got += fmt.Sprintf("%s:%d %s; ", path.Base(r.Span.File.Path), r.Span.Position().Line, r.Label)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.primary, diff)
		}
	}
}
