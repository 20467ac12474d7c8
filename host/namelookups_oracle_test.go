package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
)

// lookupsConf answers with the URI that arrived.
const lookupsConf = `worker_processes 1;
error_log /run/error.log;
events {}
http {
    access_log off;
    map $arg_pool $pool {
        default app.test:9001;
    }
    upstream backend {
        server 127.0.0.1:9001;
    }
    server {
        listen 127.0.0.1:9001;
        location / {
            return 200 $request_uri;
        }
    }
    server {
        listen 127.0.0.1:9000;
        set $outer app.test;
        location /literal/ {
            proxy_pass http://localhost:9001;
        }
        location %s {
            %s
        }
    }
}
`

// TestLookups holds what is said of targets with variables to what a real nginx
// does: whether it asks for a resolver, and which URI it sends.
func TestLookups(t *testing.T) {
	const address = "set $b 127.0.0.1; "
	for name, c := range map[string]struct {
		location, inside string
		asks             bool   // for a resolver
		uri              string // that is sent whatever is asked for
	}{
		"name":              {"/", "set $b app.test; proxy_pass http://$b:9001;", true, ""},
		"from the server":   {"/", "proxy_pass http://$outer:9001;", true, ""},
		"from a map":        {"/", "proxy_pass http://$pool;", true, ""},
		"in the URI":        {"/", "proxy_pass http://app.test$request_uri;", true, ""},
		"localhost":         {"/", "set $b localhost; proxy_pass http://$b:9002;", true, ""},
		"known localhost":   {"/", "set $b localhost; proxy_pass http://$b:9001;", false, ""},
		"upstream":          {"/", "set $b BACKEND; proxy_pass http://$b;", false, ""},
		"address":           {"/", address + "proxy_pass http://$b:9001;", false, ""},
		"slash":             {"/", address + "proxy_pass http://$b:9001/;", false, "/"},
		"path":              {"/path/", address + "proxy_pass http://$b:9001/v1;", false, "/v1"},
		"rewritten":         {"/path/", address + "rewrite ^ /new break; proxy_pass http://$b:9001/v1/;", false, "/v1/"},
		"in the variable":   {"/path/", "set $b http://127.0.0.1:9001/v1/; proxy_pass $b;", false, "/v1/"},
		"named whole":       {"/path/", address + "proxy_pass http://$b:9001$request_uri;", false, ""},
		"rewritten, no URI": {"/path/", address + "rewrite ^(.*) /new$1 break; proxy_pass http://$b:9001;", false, ""},
		"no variable":       {"/path/", "proxy_pass http://127.0.0.1:9001/;", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := fmt.Sprintf(lookupsConf, c.location, c.inside)
			h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf}, appconf.HostConfig{})
			routes := h.Nginx.Routes()
			r := routes[len(routes)-1]
			names, all, known := h.RunTimeNames(r)
			if got := r.Variable && all && len(names) > 0; got != c.asks || r.Variable && !known {
				t.Errorf("looks up %q (all %t, known %t), want %t", names, all, known, c.asks)
			}
			if uri, _ := h.FixedURI(r); uri != c.uri {
				t.Errorf("sends %q, want %q", uri, c.uri)
			}
			said := runNginx(t, conf, `
start "$1"
for path in one two?q=3; do curl -s "http://127.0.0.1:9000/path/$path" | head -n 1; echo; done
grep -o 'no resolver defined' /run/error.log || true
`)
			if got := strings.Contains(said, "no resolver defined"); got != c.asks {
				t.Errorf("nginx asks for a resolver: %t, want %t\n%s", got, c.asks, said)
			}
			sent := strings.Fields(said)
			if same := len(sent) == 2 && sent[0] == sent[1]; same != (c.uri != "") || same && sent[0] != c.uri {
				t.Errorf("nginx sends %q, want %q", sent, c.uri)
			}
		})
	}
}
