package report

import (
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

const base = "/srv/repo"

var (
	backlogCapped = &lint.Rule{
		Name:  "sockets/backlog-capped",
		Title: "listen backlog is larger than net.core.somaxconn",
		Why: "The kernel shortens every accept queue to net.core.somaxconn without a word, e.g. to 4096, so connection bursts beyond it are dropped. " +
			"The larger number never takes effect.",
		Refs:     []string{"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen", "https://man7.org/linux/man-pages/man2/listen.2.html"},
		Severity: lint.Warning,
		Apply:    []lint.Command{lint.LoadSysctl(), lint.RestartNginx()},
	}
	readBelowApp = &lint.Rule{
		Name:     "timeouts/read-below-app",
		Title:    "nginx gives up before the application does",
		Why:      "nginx answers 504 while the application still works on the request.",
		Refs:     []string{"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout"},
		Severity: lint.Error,
		Apply:    []lint.Command{lint.ReloadNginx()},
	}
	unusedIgnore = &lint.Rule{
		Name:     "tunelint/unused-ignore",
		Title:    "suppression that suppresses nothing",
		Why:      "What it was written for is gone.",
		Refs:     []string{"https://github.com/tunelint/tunelint"},
		Severity: lint.Info,
		Locked:   true,
	}
)

// at returns the span of the n-th occurrence of a text, counted from 1.
func at(t testing.TB, f *source.File, text string, n int) source.Span {
	t.Helper()
	start := -1
	for range n {
		i := strings.Index(f.Text[start+1:], text)
		if i < 0 {
			t.Fatalf("%s: no %q", f.Path, text)
		}
		start += 1 + i
	}
	return source.Span{File: f, Start: start, End: start + len(text)}
}

// sampleFiles holds the files of the sample result.
type sampleFiles struct{ main, checkout, gunicorn, web, vendor, emoji *source.File }

func newSampleFiles() sampleFiles {
	return sampleFiles{
		main: source.NewFile(base+"/nginx/nginx.conf", "events {}\nhttp {\n    include conf.d/*.conf;\n}\n"),
		checkout: source.NewFile(base+"/nginx/conf.d/checkout.conf", `upstream checkout {
    server 127.0.0.1:8000;
}

server {
    listen 443 ssl backlog=65535;
    server_name shop.example.com;

    location /api/checkout/ {
        proxy_pass http://checkout;
        proxy_read_timeout 30s;
    }
}
`),
		gunicorn: source.NewFile(base+"/apps/check out/gunicorn.conf.py", "bind = \"127.0.0.1:8000\"\nworkers = 4\ntimeout = 120\n\nbacklog = 8192\n"),
		web:      source.NewFile(base+"/sysctl.d/90-web.conf", "# web tier\r\nnet.core.somaxconn = 4096\r\nnet.ipv4.tcp_fin_timeout = 15"),
		vendor:   source.NewFile("/usr/lib/sysctl.d/50-default.conf", "net.core.somaxconn = 128\n"),
		emoji:    source.NewFile(base+"/nginx/emoji.conf", "# 日本\n\tset\t$a \"😀é\"; keepalive_timeout 75s; # 漢字\r\n"),
	}
}

// sample returns a result with a bit of everything.
func sample(t testing.TB) *lint.Result {
	m := newSampleFiles()
	raise := &fixes.Fix{Safety: fixes.Safe, Title: "set net.core.somaxconn to 65535", Edits: []source.Edit{
		{Span: at(t, m.web, "4096", 1), Text: "65535", Decides: "sysctl net.core.somaxconn"},
	}}
	lower := &fixes.Fix{Safety: fixes.Unsafe, Title: "lower timeout of checkout to 25s", Loss: "slow requests are killed", Edits: []source.Edit{
		{Span: at(t, m.gunicorn, "120", 1), Text: "25"},
	}}
	same := *raise
	through := []lint.Related{{Span: at(t, m.main, "include conf.d/*.conf", 1), Label: "included here"}}
	r := &lint.Result{
		Findings: []*lint.Finding{
			{
				Rule: backlogCapped, Severity: lint.Warning, Host: "web",
				Message: "two accept queues are cut to 4096 by the kernel", Span: at(t, m.checkout, "backlog=65535", 1), Label: "nginx asks for 65535",
				Related: []lint.Related{
					{Span: at(t, m.gunicorn, "backlog = 8192", 1), Label: "gunicorn asks for 8192"},
					{Span: at(t, m.web, "4096", 1), Label: "the kernel silently uses 4096 for both"},
					{Label: "without it the kernel would use 4096 (kernel 6.1 default)"},
				},
				Included: through, Fix: raise, Apply: backlogCapped.Apply, Key: "listen 443",
			},
			{
				Rule: backlogCapped, Severity: lint.Warning, Host: "web",
				Message: "the second of two findings with one fix", Span: at(t, m.vendor, "128", 1),
				Fix: &same, Apply: []lint.Command{lint.LoadSysctl()}, Key: "vendor",
			},
			{
				Rule: readBelowApp, Severity: lint.Error, Host: "web", Also: []string{"edge"},
				Message: "nginx gives up 90s before the application does", Span: at(t, m.checkout, "proxy_read_timeout 30s;", 1),
				Label: "nginx answers 504 after 30s of silence",
				Related: []lint.Related{
					{Span: at(t, m.checkout, "/api/checkout/", 1), Label: "requests to this location"},
					{Span: at(t, m.checkout, "http://checkout", 1), Label: "reach gunicorn on 127.0.0.1:8000"},
					{Span: at(t, m.checkout, "server 127.0.0.1:8000;\n}", 1), Label: "this server [the only one](7)"},
					{Span: at(t, m.gunicorn, "timeout = 120", 1), Label: "the worker may stay busy until 120s"},
				},
				Fix: &fixes.Fix{Safety: fixes.Unsafe, Title: "raise proxy_read_timeout to 130s", Loss: "clients wait longer", Edits: []source.Edit{
					{Span: at(t, m.checkout, "30s", 1), Text: "130s"},
				}},
				Others: []lint.Choice{{Letter: "B", Fix: lower}}, Own: map[*fixes.Fix][]lint.Command{lower: {lint.RestartUnit("checkout")}},
				Included: through, Apply: readBelowApp.Apply, Key: "checkout",
			},
			{
				Rule: unusedIgnore, Severity: lint.Info, Host: "edge",
				Message: "nothing to ignore", Span: at(t, m.emoji, "keepalive_timeout", 1), Label: "after a tab, 😀 and é",
				Related: []lint.Related{{Span: at(t, m.emoji, "日本", 1), Label: "wide"}, {Span: at(t, m.emoji, "😀é", 1), Label: "mixed"}}, Key: "emoji",
			},
		},
		Hosts: []lint.HostReport{
			{Name: "web", Facts: []lint.Fact{{Name: "nginx", Value: "1.22.1", From: "tunelint.yaml"}, {Name: "cpus", Value: "2", From: "this machine"}}},
			{Name: "edge", Facts: []lint.Fact{{Name: "nginx", Value: "1.30.6", From: "newest stable release, assumed"}}},
			{Name: "idle"},
		},
		Skips: []source.Skip{
			{Span: at(t, m.emoji, "$a", 1), Why: "variable"},
			{Span: at(t, m.checkout, "ssl", 1), Why: "template"},
			{Why: "template"},
		},
		Ignored: 2, Rules: 62, Files: 41, Elapsed: 38 * time.Millisecond,
	}
	lint.SortByPlace(r.Findings)
	return r
}

// clean returns a result without findings.
func clean() *lint.Result {
	return &lint.Result{
		Hosts: []lint.HostReport{{Name: "web"}, {Name: "edge"}, {Name: "idle"}},
		Rules: 62, Files: 41, Ignored: 2, Skips: []source.Skip{{Why: "template"}}, Elapsed: 38 * time.Millisecond,
	}
}

// broken returns a result of a run that could not read everything.
func broken() *lint.Result {
	r := clean()
	r.Problems = []lint.Problem{
		{Path: base + "/nginx/secret.conf", Message: "permission denied"},
		{Path: "/etc/sysctl.d/99.conf", Message: "is\x1b[31m a \u009bdirectory"},
	}
	return r
}

func options() Options {
	return Options{Base: base, Version: "0.1.0", Rules: []*lint.Rule{readBelowApp, backlogCapped, unusedIgnore}}
}

// with returns the options of the goldens with a change.
func with(change func(*Options)) Options {
	o := options()
	change(&o)
	return o
}
