package nginxconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestInsertAbove(t *testing.T) {
	block := Statement{Name: "upstream", Words: []string{"api"}, Block: []Statement{
		{Name: "server", Words: []string{"127.0.0.1:3000"}},
		{Name: "keepalive", Words: []string{"16"}},
	}}
	for _, test := range []struct{ name, before, after string }{
		{"in http", "events {}\nhttp {\n  server {\n  }\n}\n", "events {}\nhttp {\n  upstream api {\n    server 127.0.0.1:3000;\n    keepalive 16;\n  }\n  server {\n  }\n}\n"},
		{"above the comment", "http {\n\tgzip on;\n\n\t# the shop\n\tserver {\n\t}\n}\n", "http {\n\tgzip on;\n\n\tupstream api {\n\t\tserver 127.0.0.1:3000;\n\t\tkeepalive 16;\n\t}\n\n\t# the shop\n\tserver {\n\t}\n}\n"},
		{"with carriage returns", "http {\r\n  server {\r\n  }\r\n}\r\n", "http {\r\n  upstream api {\r\n    server 127.0.0.1:3000;\r\n    keepalive 16;\r\n  }\r\n  server {\r\n  }\r\n}\r\n"},
		{"not within a line", "http { server { } }", "http { server { } }"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := load(t, source.Memory{"/etc/nginx/nginx.conf": test.before}, Options{})
			if diff := cmp.Diff(test.after, apply(t, c, scopeOf(t, c, "server").InsertAbove(block))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	twice := load(t, source.Memory{"/etc/nginx/nginx.conf": "http {\ninclude a;\ninclude a;\n}\n", "/etc/nginx/a": "server {\n}\n"}, Options{})
	if edits := scopeOf(t, twice, "server").InsertAbove(block); edits != nil {
		t.Errorf("a file that is read twice: %v", edits)
	}
}
