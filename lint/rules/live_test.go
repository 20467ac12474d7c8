package rules_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// A liveTree is a machine whose nginx and application really run. PORT in its
// nginx.conf is where the application listens.
type liveTree struct {
	nginx *nginxtest.Nginx
	port  string
	conf  string // what stands in the http block
	// upstream is the application's in tunelint.yaml, its address by default; app
	// are further keys.
	upstream, app string
}

// nginxConf is the main file: nginx listens on a socket in its prefix.
func (l liveTree) nginxConf() string {
	return "events { worker_connections 4096; }\nhttp {\naccess_log off;\n" + strings.ReplaceAll(l.conf, "PORT", l.port) + "\n}\n"
}

// start runs nginx and returns a client of it.
func (l liveTree) start(t *testing.T, conf string) *liveClient {
	dir := l.nginx.Start(t, map[string]string{"nginx.conf": conf}, "web.sock")
	return newLiveClient(t, filepath.Join(dir, "web.sock"))
}

// fix checks the tree: the rule must find one thing, which the fixes repair. It
// returns the repaired nginx.conf.
func (l liveTree) fix(t *testing.T, rule string) string {
	t.Helper()
	m := l.machine(t)
	only, err := lint.Select(m.options.All, []string{rule})
	if err != nil {
		t.Fatal(err)
	}
	out := m.choose(t, only, "A")
	if n := len(ofRule(out.Before.Findings, only[0])); n != 1 || len(ofRule(out.After.Findings, only[0])) != 0 {
		t.Fatalf("%s finds %d before: %s\nafter: %s", rule, n, printFindings(out.Before.Findings), printFindings(out.After.Findings))
	}
	fixed := texts(out.Changes)["etc/nginx/nginx.conf"]
	if fixed == "" {
		t.Fatalf("%s does not change nginx.conf", rule)
	}
	t.Log(cmp.Diff(strings.Split(l.nginxConf(), "\n"), strings.Split(fixed, "\n")))
	return fixed
}

// silent fails when a rule finds anything.
func (l liveTree) silent(t *testing.T, rule string) {
	t.Helper()
	m := l.machine(t)
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	if m.options.Rules, err = lint.Select(m.options.All, []string{rule}); err != nil {
		t.Fatal(err)
	}
	if found := lint.Run(hosts, m.options).Findings; len(found) > 0 {
		t.Errorf("found on nginx %s: %s", l.nginx.Version, printFindings(found))
	}
}

func (l liveTree) machine(t *testing.T) machine {
	t.Helper()
	app, err := os.ReadFile("testdata/live/app.js")
	if err != nil {
		t.Fatal(err)
	}
	upstream := l.upstream
	if upstream == "" {
		upstream = "127.0.0.1:" + l.port
	}
	yaml := fmt.Sprintf(`version: 1
hosts:
  - name: live
    root: .
    nginx: {version: %s}
    apps:
      - name: api
        upstream: %s
        runtime: node@%s
        files: [app.js]
%s`, l.nginx.Version, upstream, nodeVersion(t), l.app)
	c := &testCase{name: "live", files: source.Memory{
		machineRoot + "/etc/nginx/nginx.conf": l.nginxConf(),
		machineRoot + "/app.js":               string(app),
		machineRoot + "/tunelint.yaml":        yaml,
	}}
	return c.open(t)
}

func nodeVersion(t *testing.T) string {
	realpart.Need(t, "node")
	out, err := exec.Command("node", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
}

// startNode runs the application until the test ends and returns its port.
func startNode(t *testing.T) string {
	t.Helper()
	nodeVersion(t)
	cmd := exec.Command("node", "testdata/live/app.js")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("node: %v, %s", err, &said)
	}
	return strings.TrimSpace(line)
}

// pooledTo passes everything to an upstream block with a pool.
const pooledTo = `upstream backend {
server 127.0.0.1:PORT;
keepalive 512;
%s}
server {
listen unix:web.sock;
location / {
proxy_pass http://backend;
proxy_http_version 1.1;
proxy_set_header Connection "";
}
}`

// TestLiveIdleRace lets the idle timers of nginx and the application end
// together: POST requests are lost. Nothing is lost once nginx lets go first,
// wherever the pauses between requests end.
func TestLiveIdleRace(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: distant(t, startNode(t))}
	closes := closesAfter(t, "127.0.0.1:"+l.port)
	l.conf = fmt.Sprintf(pooledTo, fmt.Sprintf("keepalive_timeout %dms;\n", closes.Round(time.Second).Milliseconds()))
	fixed := l.fix(t, "upstream/idle-outlives-app")
	if lost := l.start(t, l.nginxConf()).race(t, closes, 10); lost == 0 {
		t.Error("no request was lost with a tie of idle timers")
	}
	client := l.start(t, fixed)
	for _, pause := range []time.Duration{closes, 500 * time.Millisecond} {
		if lost := client.race(t, pause, 3); lost > 0 {
			t.Errorf("%d requests were lost after pauses of %s although nginx lets go first", lost, pause)
		}
	}
}

// TestLiveVersionTwins runs one tree without a keepalive directive on two
// versions of nginx: since 1.29.7 it has a pool, and races with the application.
func TestLiveVersionTwins(t *testing.T) {
	port := distant(t, startNode(t))
	closes := closesAfter(t, "127.0.0.1:"+port)
	tree := `upstream backend {
server 127.0.0.1:PORT;
}
server {
listen unix:web.sock;
location / {
proxy_pass http://backend;
}
}`
	old := liveTree{nginx: nginxtest.Installed(t), port: port, conf: tree}
	old.silent(t, "upstream/idle-outlives-app")
	if lost := old.start(t, old.nginxConf()).race(t, closes, 2); lost > 0 {
		t.Errorf("nginx %s lost %d requests without a pool", old.nginx.Version, lost)
	}
	newer := liveTree{nginx: nginxtest.Newer(t), port: port, conf: tree}
	fixed := newer.fix(t, "upstream/idle-outlives-app")
	if lost := newer.start(t, newer.nginxConf()).race(t, closes, 10); lost == 0 {
		t.Errorf("nginx %s lost no request", newer.nginx.Version)
	}
	if lost := newer.start(t, fixed).race(t, closes, 2); lost > 0 {
		t.Errorf("nginx %s lost %d requests although it lets go first", newer.nginx.Version, lost)
	}
}

// twoServers passes everything to two servers.
const twoServers = `upstream backend {
server 127.0.0.1:PORT;
server 127.0.0.1:%s;
keepalive 512;
keepalive_timeout %dms;
}
server {
listen unix:web.sock;
location / {
proxy_read_timeout %s;
proxy_pass http://backend;
proxy_http_version 1.1;
proxy_set_header Connection "";
}
}`

// TestLiveRaceDisablesServers lets the idle race take out both servers, after
// which all requests fail.
func TestLiveRaceDisablesServers(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: distant(t, startNode(t)), upstream: "backend"}
	closes := closesAfter(t, "127.0.0.1:"+l.port)
	l.conf = fmt.Sprintf(twoServers, distant(t, startNode(t)), closes.Round(time.Second).Milliseconds(), "60s")
	client := l.start(t, l.nginxConf())
	if refused := client.refused(t, closes, 10); refused == 0 {
		t.Error("GET requests are answered although the servers raced")
	}
	if refused := l.start(t, l.fix(t, "upstream/race-disables-servers")).refused(t, closes, 1); refused > 0 {
		t.Errorf("%d GET requests fail although nginx lets go first", refused)
	}
}

// TestLiveCascade sends one slow request, which fails on one server after the
// other, and asks for something else.
func TestLiveCascade(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startNode(t), upstream: "backend", app: "        request_timeout: 1s\n"}
	l.conf = fmt.Sprintf(twoServers, startNode(t), 500, "500ms")
	client := l.start(t, l.nginxConf())
	if slow, other := client.get(t, "/slow").code, client.get(t, "/").code; slow != 504 || other != 502 {
		t.Errorf("before the fix the slow request gets %d, the next one %d", slow, other)
	}
	client = l.start(t, l.fix(t, "upstream/passive-check-cascade"))
	if slow, other := client.get(t, "/slow").code, client.get(t, "/").code; slow != 504 || other != 200 {
		t.Errorf("after the fix the slow request gets %d, the next one %d", slow, other)
	}
}

// TestLivePool counts the connections of 200 requests: one each while requests go
// out in HTTP/1.0, next to none after the fixes. nginx lets go before the application
// does: a fix that begins a race between the two is held back.
func TestLivePool(t *testing.T) {
	for rule, inside := range map[string]string{
		"upstream/keepalive-without-http11":            `proxy_set_header Connection "";`,
		"upstream/keepalive-without-connection-header": `proxy_http_version 1.1;`,
	} {
		t.Run(rule, func(t *testing.T) {
			l := liveTree{nginx: nginxtest.Installed(t), port: startNode(t)}
			l.conf = `upstream backend {
server 127.0.0.1:PORT;
keepalive 16;
keepalive_timeout 500ms;
}
server {
listen unix:web.sock;
location / {
proxy_pass http://backend;
` + inside + `
}
}`
			if n := l.start(t, l.nginxConf()).connections(t, 200); n < 200 {
				t.Errorf("200 requests took %d connections before the fix", n)
			}
			if n := l.start(t, l.fix(t, rule)).connections(t, 200); n > 2 {
				t.Errorf("200 requests took %d connections after the fix", n)
			}
		})
	}
}

// TestLiveHeaders sends a request through a location whose one header drops the
// others.
func TestLiveHeaders(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startNode(t)}
	l.conf = `server {
listen unix:web.sock;
proxy_set_header X-Forwarded-Proto https;
proxy_set_header X-Request-Start $msec;
location / {
proxy_set_header X-Own yes;
proxy_pass http://127.0.0.1:PORT;
}
}`
	before := l.start(t, l.nginxConf()).get(t, "/headers").body
	if strings.Contains(before, "x-forwarded-proto") || !strings.Contains(before, "x-own") {
		t.Errorf("before the fix the application sees %s", before)
	}
	after := l.start(t, l.fix(t, "headers/inherited-set-lost")).get(t, "/headers").body
	for _, name := range []string{"x-forwarded-proto", "x-request-start", "x-own"} {
		if !strings.Contains(after, name) {
			t.Errorf("after the fix the application misses %s: %s", name, after)
		}
	}
}

// TestLiveReadTimeout asks for what takes a second.
func TestLiveReadTimeout(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startNode(t), app: "        request_timeout: 1s\n"}
	l.conf = `server {
listen unix:web.sock;
location / {
proxy_read_timeout 500ms;
proxy_pass http://127.0.0.1:PORT;
}
}`
	if code := l.start(t, l.nginxConf()).get(t, "/slow").code; code != 504 {
		t.Errorf("before the fix the client gets %d", code)
	}
	if code := l.start(t, l.fix(t, "timeouts/read-below-app")).get(t, "/slow").code; code != 200 {
		t.Errorf("after the fix the client gets %d", code)
	}
}

// TestLiveHeaderSize asks for an answer whose header is longer than nginx's
// buffer for it.
func TestLiveHeaderSize(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startNode(t), app: "        max_response_header_size: 6KiB\n"}
	l.conf = `server {
listen unix:web.sock;
location / {
proxy_pass http://127.0.0.1:PORT;
}
}`
	if code := l.start(t, l.nginxConf()).get(t, "/large").code; code != 502 {
		t.Errorf("before the fix the client gets %d", code)
	}
	if code := l.start(t, l.fix(t, "buffers/header-exceeds-buffer")).get(t, "/large").code; code != 200 {
		t.Errorf("after the fix the client gets %d", code)
	}
}
