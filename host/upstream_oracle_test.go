package host_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// upstreamConf passes requests to a server of the same nginx that notes what it
// sees of each.
const upstreamConf = `worker_processes 1;
events {}
http {
    log_format seen "$connection|$server_protocol|$http_upgrade|$http_connection";
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' close;
    }
    upstream backend {
        server unix:back.sock;
        %s
    }
    server {
        listen unix:front.sock;
        access_log off;
        %s
    }
    server {
        listen unix:back.sock;
        access_log %s seen;
        location / {
            return 200 "ok";
        }
    }
}
`

// seenBehind sends requests with these paths through an nginx and returns what
// the server behind it saw of each, and the host that the configuration makes.
func seenBehind(t *testing.T, n *nginxtest.Nginx, upstream, server string, header http.Header, paths ...string) ([][]string, *host.Host) {
	t.Helper()
	logs := filepath.Join(t.TempDir(), "seen.log")
	conf := fmt.Sprintf(upstreamConf, upstream, server, logs)
	dir := n.Start(t, map[string]string{"nginx.conf": conf}, "front.sock")
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, "front.sock"))
		},
	}}
	for _, path := range paths {
		request, err := http.NewRequest("GET", "http://front"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range header {
			request.Header[name] = values
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	time.Sleep(50 * time.Millisecond) // the log is written after the answer
	text, err := os.ReadFile(logs)
	if err != nil {
		t.Fatal(err)
	}
	var seen [][]string
	for line := range strings.Lines(string(text)) {
		seen = append(seen, strings.Split(strings.TrimSpace(line), "|"))
	}
	if len(seen) != len(paths) {
		t.Fatalf("%d requests came through, want %d", len(seen), len(paths))
	}
	return seen, loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf},
		appconf.HostConfig{Nginx: appconf.NginxConfig{Version: source.Known(n.Version, source.Origin{Default: "installed"})}})
}

// TestCaches counts the connections that a worker keeps for requests to three
// locations, one of them with an "if" that passes too: one, or with "local" one
// for each.
func TestCaches(t *testing.T) {
	const locations = `proxy_http_version 1.1; proxy_set_header Connection "";
        location /a { proxy_pass http://backend; }
        location /b { proxy_pass http://backend; }
        location /c { if ($arg_x) { proxy_pass http://backend; } proxy_pass http://backend; }`
	for _, n := range nginxtest.All(t) {
		pools := []string{"keepalive 8;"}
		if v, err := nginxconf.ParseVersion(n.Version); err == nil && nginxconf.PoolByDefault(v) {
			pools = append(pools, "", "keepalive 8 local;")
		}
		for _, keepalive := range pools {
			t.Run(n.Version+" "+keepalive, func(t *testing.T) {
				seen, h := seenBehind(t, n, keepalive, locations, nil, "/a", "/b", "/c", "/c?x=1", "/a", "/b", "/c", "/c?x=1")
				connections := map[string]bool{}
				for _, request := range seen {
					connections[request[0]] = true
				}
				u := h.Nginx.Upstreams()[0]
				pool, ok := h.PoolOf(u)
				if want := h.Caches(u, pool); !ok || int64(len(connections)) != want {
					t.Errorf("%d connections carried all requests, want %d", len(connections), want)
				}
			})
		}
	}
}

// TestHandshake asks for a WebSocket and looks at what is left of the handshake
// behind nginx.
func TestHandshake(t *testing.T) {
	const http11, upgrade, connection = "proxy_http_version 1.1; ", "proxy_set_header Upgrade $http_upgrade; ", `proxy_set_header Connection "upgrade"; `
	pass := func(inside string) string { return "location / { " + inside + "proxy_pass http://backend; }" }
	for _, n := range nginxtest.All(t) {
		for name, server := range map[string]string{
			"nothing":             pass(""),
			"all":                 pass(http11 + upgrade + connection),
			"no version":          pass(upgrade + connection),
			"no Upgrade":          pass(http11 + connection),
			"no Connection":       pass(http11 + upgrade),
			"map":                 pass(http11 + upgrade + "proxy_set_header Connection $connection_upgrade; "),
			"the client's":        pass(http11 + upgrade + "proxy_set_header Connection $http_connection; "),
			"cleared":             pass(http11 + upgrade + `proxy_set_header Connection ""; `),
			"an empty Upgrade":    pass(http11 + `proxy_set_header Upgrade ""; ` + connection),
			"from the server":     http11 + upgrade + connection + pass(""),
			"dropped by an entry": http11 + upgrade + connection + pass("proxy_set_header Host $host; "),
			"in a list":           pass(http11 + upgrade + `proxy_set_header Connection "keep-alive, Upgrade"; `),
		} {
			t.Run(n.Version+" "+name, func(t *testing.T) {
				seen, h := seenBehind(t, n, "", server, http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}, "/")
				got := seen[0][1] == "HTTP/1.1" && seen[0][2] == "websocket" && strings.Contains(strings.ToLower(seen[0][3]), "upgrade")
				if want := host.HandshakeOn(h.Nginx.Routes()[0]).OK(); got != want {
					t.Errorf("the handshake arrived: %t, want %t: %q", got, want, seen[0])
				}
			})
		}
	}
}
