package host

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// loadText loads a host from files below /m, with a tunelint.yaml text.
func loadText(t *testing.T, yaml string, files source.Memory) *Host {
	t.Helper()
	files["/m/tunelint.yaml"] = yaml
	store := source.NewStore(files)
	f, err := store.Open("/m/tunelint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := appconf.ReadConfig(f)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Load(store, "/m", config.Hosts[0])
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestLoadNotesWhatCannotBeRead(t *testing.T) {
	h := loadText(t, `version: 1
hosts:
  - name: web
    root: .
    nginx: {conf: /etc/nginx/other.conf}
    apps: [{name: a, upstream: u, runtime: node@20, files: [gone.js]}]
`, source.Memory{"/m/etc/sysctl.d/a.conf/x": ""})
	var got []string
	for _, p := range h.Problems {
		got = append(got, p.Path)
	}
	want := []string{"/m/etc/nginx/other.conf", "/m/etc/sysctl.d/a.conf", "/m/gone.js"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if h.Nginx != nil || len(h.Apps) != 1 {
		t.Error("what can be read must be there")
	}
}

func TestHostWithoutNginxIsNoProblem(t *testing.T) {
	h := loadText(t, "version: 1\nhosts: [{name: web, root: .}]\n", source.Memory{"/m/etc/sysctl.d/a.conf": "vm.swappiness = 10\n"})
	if len(h.Problems) > 0 || h.Sysctl.Value("vm.swappiness").Value != "10" {
		t.Errorf("%v", h.Problems)
	}
}

func TestFactsComeFromTheMachineOnlyForTheMachineItself(t *testing.T) {
	proc := source.Memory{
		"/proc/sys/kernel/osrelease":     "6.1.0-25-amd64\n",
		"/proc/meminfo":                  "MemTotal:       2048 kB\nSwapTotal:      0 kB\n",
		"/sys/devices/system/cpu/online": "0-2,4\n",
		"/repo/etc/nginx/nginx.conf":     "events {}\n",
	}
	live, err := Load(source.NewStore(proc), "/", appconf.HostConfig{Root: "/"})
	if err != nil {
		t.Fatal(err)
	}
	f := live.Facts
	if f.Kernel.Value != "6.1.0" || f.CPUs.Value != 4 || f.Memory.Value != 2<<20 || !f.Swap.Known || f.Swap.Value != 0 {
		t.Errorf("%+v", f)
	}
	other, err := Load(source.NewStore(proc), "/repo", appconf.HostConfig{Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	if f := other.Facts; f.Kernel.Known || f.CPUs.Known || f.Memory.Known || f.NginxVersion.Known {
		t.Errorf("facts of this machine on another one: %+v", f)
	}
}

func TestDiscover(t *testing.T) {
	const main = "events {}\nhttp {\n}\n"
	store := source.NewStore(source.Memory{
		"/repo/.git/HEAD":                           "",
		"/repo/prod/etc/nginx/nginx.conf":           main,
		"/repo/prod/etc/nginx/conf.d/a.conf":        "",
		"/repo/edge/nginx/nginx.conf":               "events\n{\n}\n",
		"/repo/edge/sysctl.d/a.conf":                "",
		"/repo/edge/nginx/limits.d/a.conf":          "",
		"/repo/snippet/nginx.conf":                  "location / { }\n",
		"/repo/node_modules/x/etc/nginx/nginx.conf": main,
		"/empty/readme":                             "",
	})
	show := func(list []appconf.HostConfig) (out []string) {
		for _, h := range list {
			line := h.Name + " " + h.Root
			for _, m := range h.PathMap {
				line += " " + m.From + "=" + m.To
			}
			out = append(out, line)
		}
		return out
	}
	for at, want := range map[string][]string{
		"/repo": {
			"edge /repo/edge /etc/nginx=/repo/edge/nginx /etc/sysctl.d=/repo/edge/sysctl.d /etc/security/limits.d=/repo/edge/nginx/limits.d",
			"prod /repo/prod",
		},
		"/repo/prod/etc/nginx/conf.d/a.conf": {"prod /repo/prod"},
	} {
		got, err := Discover(store, at, nil)
		if err != nil {
			t.Errorf("%s: %v", at, err)
		}
		if diff := cmp.Diff(want, show(got)); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
	}
	if _, err := Discover(store, "/empty", nil); !errors.Is(err, ErrNoHost) {
		t.Errorf("no host: %v", err)
	}
	if _, err := Discover(store, "/none", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no path: %v", err)
	}
}

func TestComments(t *testing.T) {
	h := loadText(t, "version: 1\nhosts: [{name: web, root: ., apps: [{name: a, upstream: b, runtime: node@20, files: [app.js]}]}]\n", source.Memory{
		"/m/etc/nginx/nginx.conf": `# mark first
events {} # mark events
http {
    # mark alone

    # another
    keepalive_timeout
        65s; # mark behind
    server { # mark head
        listen 80;
        # mark last
    }
    log_format x "# mark quoted";
}
`,
		"/m/etc/sysctl.d/a.conf":                       "; mark a\n\nvm.swappiness = 10 # mark is a value\n",
		"/m/etc/security/limits.conf":                  "* soft nofile 1 # mark no\n# mark hard\n* hard nofile 2\n",
		"/m/etc/systemd/system/nginx.service.d/a.conf": "[Service]\n# mark unit\nLimitNOFILE=1\n[Install]\nWantedBy=x\n",
		"/m/app.js": "const a = 1; // mark trailing\n// mark own\nserver.keepAliveTimeout = 1; // x\nfetch('http://mark/')\n",
	})
	var got []string
	for _, c := range h.Comments("mark") {
		target, block := "-", "-"
		if c.Target.IsValid() {
			target = strings.Join(strings.Fields(c.Target.Text()), " ")
		}
		if c.Block.IsValid() {
			block, _, _ = strings.Cut(c.Block.Text(), "\n")
		}
		got = append(got, fmt.Sprintf("%s | %s | %s | %v", c.Span.Text(), target, block, c.First))
	}
	want := []string{
		"// mark trailing | const a = 1; | - | false",
		"// mark own | server.keepAliveTimeout = 1; // x | - | false",
		"# mark first | events | - | true",
		"# mark events | events {} | - | false",
		"# mark alone | keepalive_timeout 65s | http { | false",
		"# mark behind | keepalive_timeout 65s; | http { | false",
		"# mark head | server { | server { # mark head | false",
		"# mark last | - | server { # mark head | false",
		"# mark hard | * hard nofile 2 | - | false",
		"; mark a | vm.swappiness = 10 # mark is a value | - | true",
		"# mark unit | LimitNOFILE=1 | [Service] | false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReuse(t *testing.T) {
	const conf = `events {}
http {
    map $http_upgrade $conn { default upgrade; '' close; }
    map $http_upgrade $good { default upgrade; "" ""; }
    map $http_upgrade $plain { default close; }
    upstream b { server 127.0.0.1:3000; keepalive 8; }
    server {
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location /ok { proxy_pass http://b; }
        location /lost { proxy_pass http://b; proxy_set_header Host $host; }
        location /old { proxy_pass http://b; proxy_http_version 1.0; }
        location /map { proxy_pass http://b; proxy_set_header Connection $conn; }
        location /good { proxy_pass http://b; proxy_set_header Connection $good; }
        location /plain { proxy_pass http://b; proxy_set_header Connection $plain; }
        location /var { proxy_pass http://b; proxy_set_header Connection $http_connection; }
    }
}
`
	h := loadText(t, "version: 1\nhosts: [{name: web, root: ., nginx: {version: 1.22.1}}]\n", source.Memory{"/m/etc/nginx/nginx.conf": conf})
	want := map[string]string{"/ok": "reused", "/lost": "close", "/old": "1.0", "/map": "close", "/good": "reused", "/plain": "close", "/var": "unknown"}
	for _, r := range h.Nginx.Routes() {
		u := h.ReuseOn(r)
		got := map[bool]string{true: "reused", false: "unknown"}[u.OK()]
		switch {
		case u.HTTP10:
			got = "1.0"
		case u.Close:
			got = "close"
		}
		if name := r.Scope.Directive.Arg(0); got != want[name] {
			t.Errorf("%s: %s, want %s", name, got, want[name])
		}
	}
}

func TestPoolByVersion(t *testing.T) {
	for version, want := range map[string]string{"1.28.0": "none", "1.29.7": "32 nginx 1.29.7 default"} {
		h := loadText(t, "version: 1\nhosts: [{name: web, root: ., nginx: {version: "+version+"}}]\n", source.Memory{
			"/m/etc/nginx/nginx.conf": "events {}\nhttp { upstream b { server 127.0.0.1:3000; } upstream off { server 127.0.0.1:1; keepalive 0; } }\n"})
		got := "none"
		if p, ok := h.PoolOf(h.Nginx.Upstreams()[0]); ok {
			got = fmt.Sprint(p.Size, " ", p.Origin.Default)
			if p.IdleTimeout.Value != time.Minute {
				t.Errorf("idle timeout %v", p.IdleTimeout.Value)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", version, got, want)
		}
		if _, ok := h.PoolOf(h.Nginx.Upstreams()[1]); ok {
			t.Error("keepalive 0 is no pool")
		}
	}
}

func TestAppsAndMargins(t *testing.T) {
	h := loadText(t, `version: 1
hosts:
  - name: web
    root: .
    apps:
      - {name: byname, upstream: B, runtime: node@20}
      - {name: byaddress, upstream: "10.0.0.1:80", runtime: node@20, request_timeout: 30s, routes: [{path: /reports/, request_timeout: 2m}]}
`, source.Memory{"/m/etc/nginx/nginx.conf": `events {}
http {
    upstream b { server 127.0.0.1:3000; server unix:/run/x.sock; }
    upstream c { server 10.0.0.1; }
    server {
        location /reports/year { proxy_pass http://c; }
        location /a { proxy_pass http://10.0.0.1; }
        location / { proxy_pass http://b; }
    }
}
`})
	var got []string
	for _, r := range h.Nginx.Routes() {
		for _, a := range h.AppsOn(r) {
			got = append(got, fmt.Sprint(r.Scope.Label(), " ", a.Name, " ", h.RequestTime(a, r.Scope).Value))
		}
	}
	want := []string{"location /reports/year byaddress 2m0s", "location /a byaddress 30s", "location / byname 0s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !SameMachine(h.Nginx.Upstreams()[0]) || SameMachine(h.Nginx.Upstreams()[1]) {
		t.Error("wrong machines")
	}
	for _, c := range []struct {
		same bool
		idle time.Duration
		want time.Duration
	}{{true, time.Minute, time.Second}, {false, time.Minute, 5 * time.Second}, {false, 20 * time.Second, 2 * time.Second}, {false, 5 * time.Second, time.Second}} {
		if got := IdleMargin(c.same, c.idle); got != c.want {
			t.Errorf("margin for %v: %v, want %v", c.idle, got, c.want)
		}
	}
}
