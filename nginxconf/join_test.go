package nginxconf

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestJoin(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": "http {\n  server {\n    gzip on;\n    location / {\n      proxy_pass http://b;\n    }\n  }\n}\n"}, Options{})
	location := scopeOf(t, c, "location")
	var edits []source.Edit
	for range 2 { // two reasons for the same
		edits = append(edits, location.Insert(Statement{Name: "proxy_http_version", Words: []string{"1.1"}})...)
		edits = append(edits, location.Insert(Statement{Name: "proxy_set_header", Words: []string{"Connection", `""`}})...)
		edits = append(edits, scopeOf(t, c, "server").Own("gzip")[0].SetArg(0, "off"))
	}
	want := "http {\n  server {\n    gzip off;\n    location / {\n      proxy_pass http://b;\n      proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n    }\n  }\n}\n"
	if got := apply(t, c, Join(edits)); got != want {
		t.Errorf("got\n%s", got)
	}
}
