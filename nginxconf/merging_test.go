package nginxconf

import (
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
)

// labelled returns the first scope with a label.
func labelled(t *testing.T, c *Config, label string) *Scope {
	t.Helper()
	var found *Scope
	c.Root.Walk(func(s *Scope) {
		if found == nil && s.Label() == label {
			found = s
		}
	})
	if found == nil {
		t.Fatalf("no %s", label)
	}
	return found
}

// described is a value in one line: what decides it, each with its scope.
func described(v Value) string {
	var parts []string
	for _, d := range v.Placed() {
		parts = append(parts, d.ArgText()+" in "+d.Scope.Label())
	}
	if v.Rest != nil {
		parts = append(parts, "rest "+v.Rest.ArgText())
	}
	if v.Ended != nil {
		parts = append(parts, "ended by "+v.Ended.Name+" "+v.Ended.ArgText())
	}
	if v.Default != "" {
		parts = append(parts, "default "+v.Default)
	}
	if !v.Known {
		parts = append(parts, "not known: "+v.Doubt.Why)
	}
	return strings.Join(parts, ", ")
}

// mergeCases hold a configuration of locations "/" and, within it, "/in/", with
// an "if" and a limit_except each where they say so.
var mergeCases = []struct {
	name, conf, scope, directive, want string
}{
	{"inner wins", "http { sendfile on; server { sendfile off; location / {} } }", "location /", "sendfile", "off in server"},
	{"outer reaches in", "http { sendfile on; server { location / { location /in/ {} } } }", "location /in/", "sendfile", "on in http"},
	{"default", "http { server { location / {} } }", "location /", "sendfile", "default off"},
	{"bits replace", "http { proxy_next_upstream error; server { location / { proxy_next_upstream timeout; proxy_next_upstream http_500; } } }",
		"location /", "proxy_next_upstream", "timeout in location /, http_500 in location /"},
	{"array replaces", "http { add_header A 1; server { location / { add_header B 2; } } }", "location /", "add_header", "B 2 in location /"},
	{"array inherited", "http { add_header A 1; add_header B 2; server { location / {} } }", "location /", "add_header", "A 1 in http, B 2 in http"},
	{"merge", "http { add_header A 1; server { add_header B 2; location / { add_header_inherit merge; add_header C 3; } } }",
		"location /", "add_header", "C 3 in location /, B 2 in server"},
	{"merge is inherited", "http { add_header_inherit merge; add_header A 1; server { add_header B 2; location / { add_header C 3; } } }",
		"location /", "add_header", "C 3 in location /, B 2 in server, A 1 in http"},
	{"merge of nothing", "http { add_header A 1; server { location / { add_header_inherit merge; } } }", "location /", "add_header", "A 1 in http"},
	{"inherit off", "http { add_header A 1; server { location / { add_header_inherit off; } } }", "location /", "add_header", ""},
	{"inherit off in between", "http { add_header A 1; server { add_header_inherit off; add_header B 2; location / { add_header_inherit on; } } }",
		"location /", "add_header", "B 2 in server"},
	{"inherit off outside", "http { add_header A 1; server { add_header_inherit off; location / { add_header_inherit merge; add_header C 3; } } }",
		"location /", "add_header", "C 3 in location /"},
	{"trailers go by their own", "http { add_trailer A 1; server { location / { add_header_inherit merge; add_trailer B 2; } } }",
		"location /", "add_trailer", "B 2 in location /"},
	{"trailers merge", "http { add_trailer A 1; server { location / { add_trailer_inherit MERGE; add_trailer B 2; } } }",
		"location /", "add_trailer", "B 2 in location /, A 1 in http"},
	{"appended", "http { js_import a from a.js; server { js_import b from b.js; location / {} } }",
		"location /", "js_import", "a from a.js in http, b from b.js in server"},
	{"pushes", "http { http2_push /a; server { http2_push /b; location / {} } }", "location /", "http2_push", "/b in server"},
	{"log off", "http { access_log a.log; server { location / { access_log off; } } }", "location /", "access_log", "off in location /"},
	{"log off beside a log", "http { server { location / { access_log b.log; access_log off; access_log c.log; } } }", "location /", "access_log", "off in location /"},
	{"logs of one level", "http { access_log a.log; server { access_log b.log; access_log c.log; location / {} } }",
		"location /", "access_log", "b.log in server, c.log in server"},
	{"log of main", "error_log e.log; http { server { location / {} } }", "location /", "error_log", "e.log in main"},
	{"log of stream", "error_log e.log; stream { server { listen 1; } }", "server", "error_log", "e.log in main"},
	{"error pages", "http { error_page 404 /a; server { location / { error_page 500 /b; } } }", "location /", "error_page", "500 /b in location /"},
	{"allow and deny are one list", "http { allow all; server { location / { deny all; } } }", "location /", "allow", "ended by deny all"},
	{"deny of the same level", "http { server { location / { allow 10.0.0.1; deny all; } } }", "location /", "allow", "10.0.0.1 in location /"},
	{"deny reaches in", "http { allow 10.0.0.1; deny all; server { location / {} } }", "location /", "deny", "all in http"},
	{"alias for root", "http { root /a; server { location / { alias /b/; } } }", "location /", "root", "ended by alias /b/"},
	{"alias reaches in", "http { server { root /a; location / { alias /b/; location /in/ {} } } }", "location /in/", "alias", "/b/ in location /"},
	{"root for alias", "http { server { location / { alias /b/; location /in/ { root /c; } } } }", "location /in/", "alias", "ended by root /c"},
	{"default root", "http { server { location / {} } }", "location /", "root", "default html"},
	{"store for cache", "http { proxy_cache z; server { location / { proxy_store on; } } }", "location /", "proxy_cache", "ended by proxy_store on, default off"},
	{"store off leaves the cache", "http { proxy_cache z; server { location / { proxy_store off; } } }", "location /", "proxy_cache", "z in http"},
	{"cache for store", "http { fastcgi_store on; server { fastcgi_cache z; location / {} } }", "location /", "fastcgi_store", "ended by fastcgi_cache z, default off"},
	{"cache off", "http { proxy_cache z; server { location / { proxy_cache off; } } }", "location /", "proxy_cache", "off in location /"},
	{"second time of keepalive", "http { keepalive_timeout 65s 60s; server { location / { keepalive_timeout 10s; } } }",
		"location /", "keepalive_timeout", "10s in location /, rest 65s 60s"},
	{"second time from far", "http { keepalive_timeout 65s 60s; server { keepalive_timeout 5s; location / { keepalive_timeout 10s; } } }",
		"location /", "keepalive_timeout", "10s in location /, rest 65s 60s"},
	{"both times", "http { keepalive_timeout 65s 60s; server { location / { keepalive_timeout 10s 9s; } } }", "location /", "keepalive_timeout", "10s 9s in location /"},
	{"shared sessions", "http { ssl_session_cache shared:a:1m; server { ssl_session_cache builtin:100; } }", "server", "ssl_session_cache", "builtin:100 in server, rest shared:a:1m"},
	{"no sessions", "http { ssl_session_cache shared:a:1m; server { ssl_session_cache off; } }", "server", "ssl_session_cache", "off in server"},
	{"the last of two", "http { server { auth_http x; } } mail { auth_http 127.0.0.1:1/a; auth_http 127.0.0.1:1/b; }", "mail", "auth_http", "127.0.0.1:1/b in mail"},
	{"handler in its place only", "http { server { location / { proxy_pass http://a; location /in/ {} } } }", "location /in/", "proxy_pass", ""},
	{"handler in if", "http { server { location / { proxy_pass http://a; if ($x) {} } } }", "if ($x)", "proxy_pass", "http://a in location /"},
	{"gif in if", "http { server { location / { empty_gif; if ($x) {} } } }", "if ($x)", "empty_gif", " in location /"},
	{"return behind if", "http { server { location / { if ($x) {} return 204; } } }", "if ($x)", "return", "204 in location /"},
	{"try_files not in if", "http { server { location / { try_files $uri =404; if ($x) {} } } }", "if ($x)", "try_files", ""},
	{"handler in limit_except", "http { server { location / { proxy_pass http://a; limit_except GET {} } } }", "limit_except GET", "proxy_pass", "http://a in location /"},
	{"gif not in limit_except", "http { server { location / { empty_gif; limit_except GET {} } } }", "limit_except GET", "empty_gif", ""},
	{"memcached not in limit_except", "http { server { location / { memcached_pass a; limit_except GET {} } } }", "limit_except GET", "memcached_pass", ""},
	{"return not in limit_except", "http { server { location / { return 204; limit_except GET {} } } }", "limit_except GET", "return", ""},
	{"others in limit_except", "http { server { location / { proxy_read_timeout 5s; limit_except GET {} } } }", "limit_except GET", "proxy_read_timeout", "5s in location /"},
	{"a pool is no server", "http { keepalive_timeout 5s; upstream u { keepalive 2; } }", "upstream u", "keepalive_timeout", "default 60s"},
	{"events", "events { worker_connections 9; }", "events", "worker_connections", "9 in events"},
	{"stream", "stream { proxy_timeout 5s; server { listen 1; } }", "server", "proxy_timeout", "5s in stream"},
	{"mail", "mail { timeout 5s; server { listen 1; } }", "server", "timeout", "5s in mail"},
	{"a module nobody read", "http { more_set_headers 'A: 1'; server { location / {} } }", "location /", "more_set_headers",
		"A: 1 in http, not known: it is not known how more_set_headers passes from block to block"},
	{"a module nobody read, on its own level", "http { server { location / { more_set_headers 'A: 1'; } } }", "location /", "more_set_headers", "A: 1 in location /"},
	{"missing file", "http { server { include x.conf; location / {} } }", "location /", "sendfile", "not known: the included file does not exist: /etc/nginx/x.conf"},
	{"missing file further out", "http { include x.conf; server { location / { sendfile on; } } }", "location /", "sendfile", "on in location /"},
	{"missing file beside a list", "http { server { location / { add_header A 1; include x.conf; } } }", "location /", "add_header",
		"A 1 in location /, not known: the included file does not exist: /etc/nginx/x.conf"},
	{"missing file may deny", "http { allow all; server { include x.conf; location / {} } }", "location /", "allow",
		"not known: the included file does not exist: /etc/nginx/x.conf"},
}

func TestMergeRules(t *testing.T) {
	for _, c := range mergeCases {
		t.Run(c.name, func(t *testing.T) {
			config := load(t, source.Memory{"/etc/nginx/nginx.conf": c.conf}, Options{Version: Version{1, 30, 6}})
			if got := described(labelled(t, config, c.scope).Effective(c.directive)); got != c.want {
				t.Errorf("%s\n%s in %s: %q, want %q", c.conf, c.directive, c.scope, got, c.want)
			}
		})
	}
}

func TestShadowed(t *testing.T) {
	for _, c := range []struct{ conf, scope, directive, want string }{
		{"http { sendfile on; server { sendfile off; location / {} } }", "location /", "sendfile", "on in http"},
		{"http { sendfile on; server { location / {} } }", "location /", "sendfile", ""},
		{"http { sendfile on; server { sendfile on; location / { sendfile off; } } }", "location /", "sendfile", "on in server"},
		{"http { add_header A 1; server { location / { add_header_inherit merge; add_header B 2; } } }", "location /", "add_header", ""},
		{"http { add_header A 1; server { location / { add_header B 2; } } }", "location /", "add_header", "A 1 in http"},
		{"http { root /a; server { location / { alias /b; } } }", "location /", "alias", "/a in http"},
		{"http { root /a; server { location / { alias /b; } } }", "location /", "root", "/a in http"},
		{"http { allow all; server { location / { allow 10.0.0.1; deny all; } } }", "location /", "deny", "all in http"},
		{"http { proxy_cache z; server { location / { proxy_store on; } } }", "location /", "proxy_store", ""},
		{"http { access_log a; server { location / { access_log b; access_log off; } } }", "location /", "access_log", "b in location /; a in http"},
		{"http { server { location / { proxy_pass http://a; location /in/ { proxy_pass http://b; } } } }", "location /in/", "proxy_pass", ""},
		{"http { keepalive_timeout 65s 60s; server { location / { keepalive_timeout 10s; } } }", "location /", "keepalive_timeout", ""},
	} {
		config := load(t, source.Memory{"/etc/nginx/nginx.conf": c.conf}, Options{})
		var got []string
		for _, d := range labelled(t, config, c.scope).Effective(c.directive).Shadowed() {
			got = append(got, d.ArgText()+" in "+d.Scope.Label())
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s\n%s in %s shadows %q, want %q", c.conf, c.directive, c.scope, got, c.want)
		}
	}
}

// TestInheritDirectives holds the list of directives that say how others are
// inherited to the table.
func TestInheritDirectives(t *testing.T) {
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": "http { server { location / {} } }"}, Options{})
	for def := range Definitions() {
		name, ok := strings.CutSuffix(def.Name, "_inherit")
		if ok && !def.ThirdParty && labelled(t, c, "location /").inheritSetting(name) != "on" {
			t.Errorf("%s is not looked at", def.Name)
		}
	}
}

// TestNoValueLeavesUpstream asks every directive of an upstream block: none may
// come from the http block around it.
func TestNoValueLeavesUpstream(t *testing.T) {
	var names []string
	for def := range Definitions() {
		if def.Contexts&InUpstream != 0 && !def.ThirdParty && !def.Block {
			names = append(names, def.Name)
		}
	}
	conf := "http { " + strings.Join(slices.Compact(names), " x; ") + " x; upstream u {} }"
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": conf}, Options{})
	for _, name := range names {
		if v := labelled(t, c, "upstream u").Effective(name); v.Directive() != nil {
			t.Errorf("%s comes from %s", name, v.Level.Label())
		}
	}
	if len(names) < 10 {
		t.Errorf("only %d directives", len(names))
	}
}
