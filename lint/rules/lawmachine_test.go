package rules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// lawSettings are what a block may set.
var lawSettings = []string{
	"proxy_set_header Host $host;", "proxy_set_header X-Trace $request_id;", `proxy_set_header Connection "";`, "proxy_set_header Connection close;",
	"proxy_set_header Connection upgrade;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $closing;", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
	"add_header X-Served-By web always;", "add_header Cache-Control no-store;", "fastcgi_param SCRIPT_FILENAME /srv/index.php;", "fastcgi_param HTTPS on;",
	"proxy_http_version 1.1;", "proxy_http_version 1.0;", "proxy_read_timeout 5s;", "proxy_read_timeout 300s;", "proxy_connect_timeout 90s;", "proxy_connect_timeout 5s;",
	"proxy_buffering off;", "proxy_buffering on;", "proxy_buffer_size 8k;", "proxy_next_upstream off;", "proxy_next_upstream error timeout non_idempotent;",
	"proxy_next_upstream_tries 5;", "proxy_next_upstream_timeout 2s;", "keepalive_timeout 20s;", "client_max_body_size 100m;", "send_timeout 2s;", "client_body_timeout 5s;",
	"fastcgi_keep_conn on;", "fastcgi_read_timeout 10s;", "proxy_socket_keepalive on;", "proxy_busy_buffers_size 8k;",
	"proxy_request_buffering off;", "large_client_header_buffers 4 32k;", "client_header_timeout 2s;", "reset_timedout_connection on;", "keepalive_requests 10;",
	"proxy_ignore_client_abort on;", "proxy_send_timeout 5s;", "proxy_max_temp_file_size 0;",
}

const lawYAML = `version: 1
hosts:
  - name: web
    root: .
    nginx: {version: %s}
    kernel: "6.1"
    facts: {cpus: 4, memory: 8GiB}
    workload: {peak_connections: 10000, peak_rps: 2000, upstream_latency: 100ms}
    apps:
      - {name: api, upstream: pooled, runtime: %s, request_timeout: 30s, websocket: true, max_body_size: 10MiB, max_response_header_size: 6KiB, routes: [{path: /0/, request_timeout: 90s}]}
      - {name: jobs, upstream: plain, runtime: gunicorn@23, request_timeout: 20s, max_connections: 50, startup_time: 20s, streaming: true}
      - {name: php, upstream: "127.0.0.1:9000", runtime: php-fpm@8.3, request_timeout: 60s}
      - {name: db, upstream: database, request_timeout: 5m}
    load_balancers:
      - {name: edge, kind: %s, health_check: {path: %s}, retry: {attempts: 3}}
`

// lawStream is a stream block with what may be wrong in one.
const lawStream = `stream {
upstream database {
server 10.0.0.7:5432%s;
server 10.0.0.8:5432;
}
server {
listen 5432%s;
proxy_pass database;
%s
}
}
`

// lawMachine is a small machine with settings on every level. Some have a stream
// block, and some a template in place of a file.
func lawMachine(r *rand.Rand) source.Memory {
	var b strings.Builder
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	stream := r.IntN(3) == 0
	if stream {
		b.WriteString("load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n")
	}
	b.WriteString("worker_processes 2;\n" + pick("", "worker_rlimit_nofile 2048;\n") + "events {" + pick("", "worker_connections 4096;") + "}\nhttp {\n")
	b.WriteString("map $http_upgrade $closing { default upgrade; '' " + pick("close", "close", "''") + "; }\n")
	lawUpstreams(&b, pick)
	lawSet(r, &b)
	for i := range 1 + r.IntN(2) {
		fmt.Fprintf(&b, "server {\nlisten %d%s;\n", 80+i, pick("", "", " backlog=4096"))
		lawSet(r, &b)
		if r.IntN(3) == 0 {
			b.WriteString("include shared.conf;\n")
		}
		lawLocations(r, &b, "/", 2)
		b.WriteString(pick("", "location /up {\nproxy_pass http://pooled;\n}\n", "location = /up {\nreturn 204;\n}\n"))
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	if stream {
		fmt.Fprintf(&b, lawStream, pick("", " max_fails=0"), pick("", " so_keepalive=on"), pick("", "proxy_timeout 3s;", "proxy_timeout 1h;"))
	}
	var shared, set strings.Builder
	lawLocations(r, &shared, "/shared/", 1)
	lawSet(r, &set)
	if r.IntN(6) == 0 {
		shared.WriteString("location /made/ {\nproxy_read_timeout {{ timeout }};\nproxy_pass http://pooled;\n}\n")
	}
	return source.Memory{
		machineRoot + "/etc/nginx/nginx.conf":        b.String(),
		machineRoot + "/etc/nginx/shared.conf":       shared.String(),
		machineRoot + "/etc/nginx/settings.conf":     set.String(),
		machineRoot + "/etc/sysctl.d/90-tuning.conf": pick("", "net.core.somaxconn = 1024\n", "net.ipv4.tcp_fin_timeout = 15\nnet.ipv4.tcp_keepalive_time = 600\n"),
		machineRoot + "/tunelint.yaml": fmt.Sprintf(lawYAML, pick("1.22.1", "1.22.1", "1.28.0", "1.30.6"),
			pick("node@18", "node@20", "uvicorn@0.30", "go@1.22"), pick("aws-alb", "aws-nlb", "cloudflare"), pick("/up", "/0/")),
	}
}

func lawUpstreams(b *strings.Builder, pick func(...string) string) {
	b.WriteString("upstream pooled {\n" + pick("keepalive 16;\n", "", "keepalive 512;\n") + "server 10.0.0.1:3000" + pick("", " max_fails=3 fail_timeout=30s", " max_conns=10") + ";\n" +
		pick("server 10.0.0.2:3000;\n", "", "server 10.0.0.2:3000 down;\n") + pick("least_conn;\n", "") + pick("keepalive_timeout 4s;\n", "", "") + "}\n")
	b.WriteString("upstream plain {\nserver " + pick("10.0.0.5:8000", "localhost:8000", "127.0.0.1:8000") + ";\n" + pick("", "server 127.0.0.1:8001 backup;\n") + "}\n")
}

// lawSet writes settings that do not contradict each other within a block.
func lawSet(r *rand.Rand, b *strings.Builder) {
	seen := map[string]bool{}
	for _, s := range lawSettings {
		name, rest, _ := strings.Cut(s, " ")
		if many := strings.HasSuffix(name, "_header") || strings.HasSuffix(name, "_param"); many {
			name, _, _ = strings.Cut(rest, " ")
		}
		if r.IntN(14) == 0 && !seen[name] {
			seen[name] = true
			b.WriteString(s + "\n")
		}
	}
}

func lawLocations(r *rand.Rand, b *strings.Builder, prefix string, depth int) {
	for i := range 1 + r.IntN(3) {
		path := fmt.Sprintf("%s%d/", prefix, i)
		fmt.Fprintf(b, "location %s {\n", path)
		if r.IntN(5) == 0 {
			b.WriteString("include settings.conf;\n")
		} else {
			lawSet(r, b)
		}
		switch target := []string{"pooled", "pooled", "plain", "10.0.0.9:80"}[r.IntN(4)]; r.IntN(6) {
		case 0:
			fmt.Fprintf(b, "if ($arg_x) {\nproxy_pass http://%s;\n}\n", target)
		case 1:
			b.WriteString("fastcgi_pass 127.0.0.1:9000;\n")
		default:
			fmt.Fprintf(b, "proxy_pass http://%s;\n", target)
		}
		if depth > 0 && r.IntN(3) == 0 {
			lawLocations(r, b, path, depth-1)
		}
		b.WriteString("}\n")
	}
}
