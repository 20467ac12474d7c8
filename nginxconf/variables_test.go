package nginxconf

import (
	"slices"
	"strings"
	"testing"
)

// TestExpand says what "$target" may be in the location "/here".
func TestExpand(t *testing.T) {
	const table = "map $host $pool { default blue; shop.test green; }\n"
	for name, c := range map[string]struct {
		http, server, location string
		want                   string
		doubt                  bool
	}{
		"set here":          {"", "", "set $target app;", "app", false},
		"the last one":      {"", "", "set $target one; set $target two;", "two", false},
		"or in an if":       {"", "", "set $target one; if ($arg_b) { set $target two; }", "one two", false},
		"set in the server": {"", "set $target app;", "", "app", false},
		"set elsewhere":     {"", "set $target app; location /there { set $target other; }", "", "app other", false},
		"here beats there":  {"", "set $target app;", "set $target here;", "here", false},
		"braces":            {"", "set $name app;", "set $target ${name}.internal:80;", "app.internal:80", false},
		"a chain":           {table, "", "set $target $pool:3000;", "blue:3000 green:3000", false},
		"own variables":     {"", "", "set $target http://app$request_uri;", "http://app$request_uri", false},
		"geo":               {"geo $target { default far; 10.0.0.0/8 near; delete 127.0.0.1; }\n", "", "", "far near", false},
		"clients":           {`split_clients "$remote_addr" $target { 10% new; * old; }` + "\n", "", "", "new old", false},
		"case":              {"", "", "set $Target app;", "app", false},
		"nobody":            {"", "", "", "$target", false},
		"itself":            {"", "", "set $target $target/x;", "", true},
		"lua":               {"", "", "set $target app; access_by_lua_block { }", "app", true},
		"another module":    {"", "auth_request_set $target $upstream_http_x;", "set $target app;", "app", true},
		"a capture":         {"", "server_name ~^(?<target>.+)$;", "set $target app;", "app", true},
		"an include":        {"", "", "set $target app; include missing;", "app", true},
		"a map's include":   {"map $host $target { default a; include more; }\n", "", "", "a", true},
	} {
		t.Run(name, func(t *testing.T) {
			config := loadText(t, "events {}\nhttp {\n"+c.http+"server {\n"+c.server+"\nlocation /here {\n"+c.location+"\n}\n}\n}\n")
			var here *Scope
			config.Root.Walk(func(s *Scope) {
				if s.Context == InLocation && s.Directive.Arg(0) == "/here" {
					here = s
				}
			})
			texts, known := config.Expand(here, "$target")
			slices.Sort(texts)
			if got := strings.Join(texts, " "); known == c.doubt || !c.doubt && got != c.want {
				t.Errorf("%q, known %t; want %q", got, known, c.want)
			}
		})
	}
}
