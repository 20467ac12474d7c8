package host

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

const inForceYAML = "version: 1\nhosts: [{name: web, root: ., apps: [{name: api, upstream: u, runtime: node@20, files: [app.js]}]}]\n"

func inForceHost(t *testing.T) *Host {
	t.Helper()
	return loadText(t, inForceYAML, source.Memory{
		"/m/etc/nginx/nginx.conf": "user www;\nevents { worker_connections 9; }\nhttp {\n sendfile on;\n include sites/*;\n}\nstream { }\n",
		"/m/etc/nginx/sites/a":    "server { server_name a; include snip; location / { } location /x { sendfile off; } }",
		"/m/etc/nginx/sites/b":    "server { server_name b; include snip; location / { if ($y) { sendfile off; } } }",
		"/m/etc/nginx/snip":       "root /srv;",
		"/m/etc/sysctl.d/1.conf":  "vm.swappiness = 10\n",
		"/m/app.js":               "",
	})
}

func TestPlacesOf(t *testing.T) {
	h := inForceHost(t)
	for name, want := range map[string]string{
		"sendfile":           "server a, server a / location /, server a / location /x, server b, server b / location /, server b / location / / if ($y)",
		"keepalive_timeout":  "server a, server a / location /, server a / location /x, server b, server b / location /",
		"proxy_pass":         "server a / location /, server a / location /x, server b / location /, server b / location / / if ($y)",
		"proxy_cache_path":   "http",
		"worker_connections": "events",
		"worker_processes":   "main",
		"proxy_protocol":     "stream",
		"mail_debug":         "",
	} {
		var got []string
		for _, s := range h.PlacesOf(name) {
			got = append(got, s.Path())
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, ", "), want)
		}
	}
}

func TestInForce(t *testing.T) {
	h := inForceHost(t)
	var got []string
	for _, name := range []string{"sendfile", "root", "tcp_nopush"} {
		for _, f := range h.InForce(name, h.PlacesOf(name)) {
			got = append(got, fmt.Sprintf("%s %s: %d blocks, shadows %d", name, f.Text(), len(f.Scopes), len(f.Shadowed)))
		}
	}
	want := []string{
		"sendfile on: 4 blocks, shadows 0",
		"sendfile off: 1 blocks, shadows 1",
		"sendfile off: 1 blocks, shadows 1",
		"root /srv: 6 blocks, shadows 0",
		"tcp_nopush off: 5 blocks, shadows 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParts(t *testing.T) {
	var got []string
	for _, p := range inForceHost(t).Parts() {
		got = append(got, fmt.Sprintf("%s %s %d", p.Role, p.File.Path, p.Reads))
	}
	want := []string{
		"nginx /m/etc/nginx/nginx.conf 1",
		"nginx /m/etc/nginx/sites/a 1",
		"nginx /m/etc/nginx/snip 2",
		"nginx /m/etc/nginx/sites/b 1",
		"sysctl /m/etc/sysctl.d/1.conf 0",
		"app api /m/app.js 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersion(t *testing.T) {
	for yaml, want := range map[string]string{
		"version: 1\nhosts: [{name: web, root: .}]\n":                           "1.30.6 newest stable release false",
		"version: 1\nhosts: [{name: web, root: ., nginx: {version: 1.24.0}}]\n": "1.24.0  true",
	} {
		v := loadText(t, yaml, source.Memory{"/m/etc/nginx/nginx.conf": "events {}"}).Version()
		if got := fmt.Sprint(v.Value, " ", v.Origin.Default, " ", v.Known); got != want || v.Known == v.Origin.Assumed {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
