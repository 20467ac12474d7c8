package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
)

const capacitySite = `worker_processes auto;
worker_rlimit_nofile 4096;
events { worker_connections 2048; }
http {
    proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    upstream backend { server 10.0.0.5:3000; server 10.0.0.6:3000; }
    server {
        listen 443 ssl backlog=8192;
        listen 80;
        location / { proxy_pass http://backend; }
    }
}
`

const capacityConfig = `version: 1
hosts:
  - name: web
    root: web
    nginx: {version: 1.24.0}
    kernel: "6.1"
    facts: {cpus: 2, memory: 2GiB, swap: 0}
    workload: {peak_connections: 3000, peak_rps: 900, upstream_latency: 200ms}
    apps:
      - {name: api, upstream: backend, runtime: node@20}
      - {name: local, upstream: "127.0.0.1:9", workers: 2, memory_per_worker: 1500MiB}
  - name: bare
    root: web
    facts: {container: true}
`

// drawnCapacity is the picture of both hosts, with findings made up of what the
// rules would say.
func drawnCapacity(t testing.TB, config, site string) Capacity {
	c := Capacity{Hosts: chainHosts(t, config, site)}
	main := c.Hosts[0].Nginx.Main.Document.File
	overcommitted := &lint.Rule{Name: "memory/host-overcommitted", Severity: lint.Warning}
	ports := &lint.Rule{Name: "sockets/ephemeral-ports-exhausted", Severity: lint.Warning}
	span := at(t, main, "listen 80", 1)
	c.Findings = []*lint.Finding{
		{Rule: overcommitted, Severity: lint.Warning, Host: "web", Message: "applications, nginx and sockets together need at least 3000 MiB, the machine has 2048 MiB and no swap", Span: span},
		{Rule: ports, Severity: lint.Warning, Host: "web", Message: "connections to 10.0.0.5:3000 take 27090 local ports; there are 28232", Span: span},
		{Rule: ports, Severity: lint.Warning, Host: "web", Message: "connections to 10.0.0.9:3000 take 27090 local ports; there are 28232", Span: span},
		{Rule: ports, Severity: lint.Warning, Host: "other", Message: "connections to 10.0.0.5:3000 take 1 local port", Span: span},
		{Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "about something else", Span: span},
	}
	if strings.Contains(main.Text, "backlog=8192") {
		c.Findings = append(c.Findings, &lint.Finding{
			Rule: backlogCapped, Severity: lint.Warning, Host: "web", Message: "the backlog 8192 of listen 443 is cut to 4096", Span: at(t, main, "backlog=8192", 1),
		})
	}
	return c
}

func TestCapacityGolden(t *testing.T) {
	for _, c := range []struct {
		file, format string
		options      Options
	}{
		{"capacity.txt", "text", options()},
		{"capacity-80.txt", "text", with(func(o *Options) { o.Width, o.ASCII, o.Verbose = 80, true, true })},
		{"capacity-40.txt", "text", with(func(o *Options) { o.Width = 40 })},
		{"capacity-color.txt", "text", with(func(o *Options) { o.Color, o.Width = true, 200 })},
		{"capacity.json", "json", options()},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := show(t, drawnCapacity(t, capacityConfig, capacitySite), c.format, c.options)
			golden(t, c.file, got)
			if again := show(t, drawnCapacity(t, capacityConfig, capacitySite), c.format, c.options); !bytes.Equal(got, again) {
				t.Error("two runs differ")
			}
			if width := c.options.Width; c.format == "text" && !c.options.Color && width > 0 {
				isWithin(t, got, max(width, 60)) // places are not broken
			}
		})
	}
}

// TestCapacityFolds keeps a page short where there is one budget for each of many
// addresses.
func TestCapacityFolds(t *testing.T) {
	var routes strings.Builder
	for _, port := range []string{"3001", "3002", "3003", "3004", "3005", "3006", "3007", "3008", "3009", "3010"} {
		routes.WriteString("location /" + port + " { proxy_pass http://10.0.0.7:" + port + "; }\n")
	}
	site := strings.Replace(capacitySite, "location /", routes.String()+"location /", 1)
	c := drawnCapacity(t, capacityConfig, site)
	short := string(show(t, c, "text", options()))
	if n := strings.Count(short, "local ports of connections"); n != mostBudgets || !strings.Contains(short, "local ports: 3 more, see -v\n") {
		t.Errorf("%d budgets of ports:\n%s", n, short)
	}
	o := options()
	o.Verbose = true
	if n := strings.Count(string(show(t, c, "text", o)), "local ports of connections"); n != 11 {
		t.Errorf("%d budgets of ports with -v", n)
	}
}

// Whatever names hold, the picture is one of printable lines, or JSON.
func TestCapacityHostile(t *testing.T) {
	const evil = `a\u0007\u202e::error::%0A<b>`
	config := strings.ReplaceAll(capacityConfig, "name: local", `name: "`+evil+`"`)
	site := strings.NewReplacer("keys_zone=pages", "keys_zone='pa\x07\xff\u202eges'", "listen 80;", "listen 80; listen 'unix:/run/\x1b[31m.sock';").Replace(capacitySite)
	c := drawnCapacity(t, config, site)
	if data := show(t, c, "json", options()); !json.Valid(data) {
		t.Errorf("invalid JSON: %s", data)
	}
	for _, verbose := range []bool{false, true} {
		o := options()
		o.Verbose = verbose
		data := show(t, c, "text", o)
		if i := bytes.IndexFunc(data, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' }); i >= 0 {
			t.Errorf("control character in text at %d: %q", i, data[max(i-40, 0):i+10])
		}
	}
}
