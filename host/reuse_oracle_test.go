package host_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// reuseConf passes requests for 127.0.0.1:8080 to a server of the same nginx
// that notes connection, protocol and Connection header of each request.
const reuseConf = `worker_processes 1;
events {}
http {
    log_format seen "$connection $server_protocol [$http_connection]";
    map $http_upgrade $closing {
        default upgrade;
        ''      close;
    }
    map $http_upgrade $clearing {
        default upgrade;
        ''      '';
    }
    upstream backend {
        server 127.0.0.1:8081;
        %s
    }
    server {
        listen 127.0.0.1:8080;
        %s
    }
    server {
        listen 127.0.0.1:8081;
        access_log /run/seen.log seen;
        location / {
            return 200 "ok";
        }
    }
}
`

// TestReuse holds the verdict about reused connections to what a real nginx
// does with five requests one after the other.
func TestReuse(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		realpart.Lacking(t, "curl")
	}
	const http11, cleared = "proxy_http_version 1.1;", `proxy_set_header Connection "";`
	pass := func(inside string) string { return "location / { " + inside + " proxy_pass http://backend; }" }
	for name, c := range map[string]struct{ upstream, server string }{
		"no pool":                  {"", pass(http11 + cleared)},
		"defaults":                 {"keepalive 4;", pass("")},
		"both":                     {"keepalive 4;", pass(http11 + cleared)},
		"only the version":         {"keepalive 4;", pass(http11)},
		"only the header":          {"keepalive 4;", pass(cleared)},
		"from the server":          {"keepalive 4;", http11 + cleared + pass("")},
		"dropped by another entry": {"keepalive 4;", http11 + cleared + pass("proxy_set_header Host $host;")},
		"repeated":                 {"keepalive 4;", http11 + cleared + pass("proxy_set_header Host $host; "+cleared)},
		"close":                    {"keepalive 4;", pass(http11 + "proxy_set_header Connection close;")},
		"map that closes":          {"keepalive 4;", pass(http11 + "proxy_set_header Connection $closing;")},
		"map that clears":          {"keepalive 4;", pass(http11 + "proxy_set_header Connection $clearing;")},
		"if":                       {"keepalive 4;", "location / { " + http11 + cleared + " if ($request_method = GET) { proxy_pass http://backend; } }"},
		"a method below":           {"keepalive 4; least_conn;", pass(http11 + cleared)},
		"a method above":           {"least_conn; keepalive 4;", pass(http11 + cleared)},
		"one request each":         {"keepalive 4; keepalive_requests 1;", pass(http11 + cleared)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := fmt.Sprintf(reuseConf, c.upstream, c.server)
			h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf},
				appconf.HostConfig{Nginx: appconf.NginxConfig{Version: source.Known(nginxVersion(t), source.Origin{Default: "installed"})}})
			u := h.Nginx.Upstreams()[0]
			pool, ok := h.PoolOf(u)
			use, _ := h.PoolUse(u, pool)
			want := ok && use == host.PoolReused && h.PoolLost(u) == nil
			seen := strings.Fields(runNginx(t, conf, `
start "$1"
curl -sf -o /dev/null 'http://127.0.0.1:8080/?[1-5]'
cut -d' ' -f1 /run/seen.log
`))
			if len(seen) != 5 {
				t.Fatalf("%d requests came through, want 5", len(seen))
			}
			if got := seen[4] == seen[0]; got != want {
				t.Errorf("connections reused: %t, want %t", got, want)
			}
		})
	}
}

// nginxVersion returns the version of the nginx on this machine.
func nginxVersion(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("nginx", "-v").CombinedOutput()
	_, version, ok := strings.Cut(string(out), "nginx/")
	if err != nil || !ok {
		realpart.Lacking(t, "nginx")
	}
	return strings.Fields(version)[0]
}
