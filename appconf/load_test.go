package appconf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// load decodes a tunelint.yaml with one host and loads its applications from
// files of the same directory.
func load(t *testing.T, config string, files map[string]string) ([]*App, error) {
	t.Helper()
	fsys := source.Memory{}
	for name, text := range files {
		fsys["/repo/"+name] = text
	}
	c, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", config))
	if err != nil {
		t.Fatal(err)
	}
	return LoadApps(source.NewStore(fsys).View("/"), "/repo", c.Hosts[0].Apps)
}

// loadOne loads one application of a runtime that declares all given files.
func loadOne(t *testing.T, runtime string, files map[string]string, extra ...string) *App {
	t.Helper()
	var names []string
	for name := range files {
		names = append(names, fmt.Sprintf("%q", name))
	}
	config := fmt.Sprintf("hosts:\n- apps:\n  - name: api\n    runtime: %s\n    files: [%s]\n    %s\n", runtime, strings.Join(names, ", "), strings.Join(extra, "\n    "))
	apps, err := load(t, config, files)
	if err != nil {
		t.Fatal(err)
	}
	return apps[0]
}

// describe writes a setting with what decided it: "1m0s (app.js:2 text)".
func describe[T any](s source.Setting[T]) string {
	switch {
	case !s.Known:
		return "unknown"
	case any(s.Value) == any(Infinite):
		return "infinite" + describeOrigin(s.Origin)
	}
	return fmt.Sprint(s.Value) + describeOrigin(s.Origin)
}

func describeOrigin(o source.Origin) string {
	text := " (" + o.Default
	if !o.IsDefault() {
		text = fmt.Sprintf(" (%s:%d %s", strings.TrimPrefix(o.Span.File.Path, "/repo/"), o.Span.Position().Line, o.Span.Text())
	}
	if o.Assumed {
		text += ", assumed"
	}
	return text + ")"
}

// summary lists the known settings of an application and its skips.
func summary(a *App) []string {
	var out []string
	add := func(name, value string) {
		if value != "unknown" {
			out = append(out, name+" "+value)
		}
	}
	add("keepalive", describe(a.KeepAlive))
	add("request", describe(a.RequestTimeout))
	add("startup", describe(a.StartupTime))
	add("shutdown", describe(a.ShutdownTimeout))
	add("grace", describe(a.StopGrace))
	add("worker timeout", describe(a.WorkerTimeout))
	add("header", describe(a.HeaderTimeout))
	add("read", describe(a.RequestReadTimeout))
	add("write", describe(a.WriteTimeout))
	add("compute", describe(a.ComputeTimeout))
	add("ping", describe(a.PingInterval))
	add("requests per connection", describe(a.MaxRequestsPerConnection))
	add("connections", describe(a.MaxConnections))
	add("backlog", describe(a.ListenBacklog))
	add("workers", describe(a.Workers))
	add("threads", describe(a.Threads))
	add("worker requests", describe(a.MaxRequestsPerWorker))
	add("worker memory", describe(a.MemoryPerWorker))
	add("memory", describe(a.MemoryLimit))
	add("heap", describe(a.HeapLimit))
	add("body", describe(a.MaxBodySize))
	add("header size", describe(a.MaxHeaderSize))
	for _, l := range a.Listen {
		out = append(out, "listen "+l)
	}
	for _, s := range a.Skips {
		out = append(out, fmt.Sprintf("skip %q: %s", s.Span.Text(), s.Why))
	}
	return out
}

const nodeWebhookScript = `import http from 'node:http';

const server = http.createServer((req, res) => res.end('ok'));

server.maxConnections = 100;
server.timeout = 30000;
server.keepAliveTimeout = 60000;

server.listen(3000);

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(1), 30000);
});
`

func TestNodeWebhook(t *testing.T) {
	apps, err := load(t, `version: 1
hosts:
  - name: webhook
    root: .
    apps:
      - name: webhook
        upstream: backend
        runtime: node@20
        files: [app/index.js]
        request_timeout: 30s
`, map[string]string{"app/index.js": nodeWebhookScript})
	if err != nil {
		t.Fatal(err)
	}
	app := apps[0]
	want := []string{
		"keepalive 1m0s (app/index.js:7 server.keepAliveTimeout = 60000)",
		"request 30s (tunelint.yaml:10 request_timeout: 30s)",
		"shutdown 30s (app/index.js:13 setTimeout(() => process.exit(1), 30000))",
		"header 1m0s (node 20 default)",
		"read 5m0s (node 20 default)",
		"requests per connection 0 (node 20 default)",
		"connections 100 (app/index.js:5 server.maxConnections = 100)",
		"backlog 511 (node 20 default)",
		"header size 16384 (node 20 default)",
		"listen 3000",
	}
	if diff := cmp.Diff(want, summary(app)); diff != "" {
		t.Error(diff)
	}
	if app.KeepAliveSlack != time.Second || app.RuntimeLabel != "node 20" || app.Upstream != "backend" || len(app.Disagreements) != 0 {
		t.Errorf("%+v", app)
	}
}

func TestUvicornWorkers(t *testing.T) {
	apps, err := load(t, `version: 1
hosts:
  - name: embed
    apps:
      - name: embed
        upstream: localhost:8000
        runtime: gunicorn@23
        files: [docker-compose.yml]
        memory_per_worker: 1350MiB
`, map[string]string{"docker-compose.yml": `services:
  embed:
    image: embed:latest
    command: gunicorn main:app -w 2 -k uvicorn.workers.UvicornWorker --bind 127.0.0.1:8000 --timeout 120
    mem_limit: 2g
`})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"keepalive 2s (gunicorn 23 (uvicorn worker) default)",
		"shutdown 30s (gunicorn 23 (uvicorn worker) default)",
		"grace 10s (docker compose default)",
		"worker timeout 2m0s (docker-compose.yml:4 --timeout 120)",
		"ping 20s (gunicorn 23 (uvicorn worker) default)",
		"backlog 2048 (gunicorn 23 (uvicorn worker) default)",
		"workers 2 (docker-compose.yml:4 -w 2)",
		"worker requests 0 (gunicorn 23 (uvicorn worker) default)",
		"worker memory 1415577600 (tunelint.yaml:9 memory_per_worker: 1350MiB)",
		"memory 2147483648 (docker-compose.yml:5 mem_limit: 2g)",
		"listen 127.0.0.1:8000",
	}
	if diff := cmp.Diff(want, summary(apps[0])); diff != "" {
		t.Error(diff)
	}
}
