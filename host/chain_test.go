package host

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// reached loads a host with the applications and files given and returns, for
// everything nginx passes to, the applications there.
func reached(t *testing.T, facts, apps, http string, files map[string]string) []string {
	t.Helper()
	fsys := source.Memory{"/m/etc/nginx/nginx.conf": "events {}\n" + http}
	for name, text := range files {
		fsys["/m/"+name] = text
	}
	h := loadText(t, "version: 1\nhosts:\n- name: web\n  root: .\n  facts: {"+facts+"}\n  apps:\n"+apps, fsys)
	var out []string
	for _, r := range h.Nginx.Routes() {
		var names []string
		for _, a := range h.AppsOn(r) {
			names = append(names, a.Name)
		}
		out = append(out, r.Pass.Arg(0)+": "+strings.Join(names, " "))
	}
	for _, s := range h.Unclear() {
		out = append(out, s.Span.Text()+": "+s.Why)
	}
	return out
}

// TestWhereAnApplicationAnswers holds pairs of what nginx passes to and what is
// known of an application: each pair fits or does not.
func TestWhereAnApplicationAnswers(t *testing.T) {
	const (
		compose = "services: {api: {container_name: shop-api, networks: {a: {aliases: [api.internal]}}, ports: ['8080:3000', '127.0.0.2:8081:3000'], command: node app.js}}\n"
		onHost  = "services: {api: {network_mode: host, command: node app.js}}\n"
		pod     = "kind: Pod\nmetadata: {namespace: shop, labels: {app: x}}\nspec: {containers: [{ports: [{name: http, containerPort: 3000, hostPort: 31000}]}]}\n---\n" +
			"kind: Service\nmetadata: {name: front, namespace: shop}\nspec: {selector: {app: x}, ports: [{port: 80, targetPort: http}, {port: 9000, targetPort: 9001}]}\n"
	)
	listens := func(argument string) string { return "require('http').createServer().listen(" + argument + ")\n" }
	declared := func(upstream string) string { return "  - {name: api, upstream: \"" + upstream + "\"}\n" }
	files := func(names ...string) string {
		return "  - {name: api, runtime: node@20, files: [" + strings.Join(names, ", ") + "]}\n"
	}
	script := func(argument string) map[string]string { return map[string]string{"app.js": listens(argument)} }
	for _, c := range []struct {
		name, apps string
		files      map[string]string
		fits, not  []string // what nginx passes to
	}{
		{"address", declared("10.0.0.1:80"), nil, []string{"http://10.0.0.1", "http://10.0.0.1:80/x"}, []string{"http://10.0.0.1:81", "https://10.0.0.1", "http://10.0.0.2"}},
		{"address without a port", declared("shop.example"), nil, []string{"http://shop.example", "https://shop.example", "http://SHOP.example:80"}, []string{"http://shop.example:8080"}},
		{"localhost", declared("localhost:3000"), nil, []string{"http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost:3000"}, []string{"http://localhost:3001", "http://10.0.0.1:3000"}},
		{"loopback", declared("127.0.0.1:3000"), nil, []string{"http://127.0.0.1:3000", "http://localhost:3000"}, []string{"http://[::1]:3000", "http://127.0.0.2:3000"}},
		{"socket", declared("unix:/run/app.sock"), nil, []string{"http://unix:/run/app.sock", "http://unix:/run/app.sock:/api/"}, []string{"http://unix:/run/app.sock2", "http://unix:/run/app"}},
		{"path of a socket", declared("/run/app.sock"), nil, []string{"http://unix:/run/app.sock:/"}, nil},
		{"what tunelint.yaml says is all", "  - {name: api, upstream: other, runtime: node@20, files: [app.js]}\n", script("3000"), nil, []string{"http://127.0.0.1:3000"}},
		{"port", files("app.js"), script("3000"), []string{"http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"}, []string{"http://127.0.0.1", "http://10.0.0.1:3000", "http://api:3000", "http://unix:/run/3000"}},
		{"loopback port", files("app.js"), script("3000, '127.0.0.1'"), []string{"http://127.0.0.1:3000", "http://localhost:3000"}, []string{"http://[::1]:3000", "http://127.0.0.1:3001"}},
		{"one address", files("app.js"), script("3000, '10.0.0.1'"), []string{"http://10.0.0.1:3000"}, []string{"http://127.0.0.1:3000", "http://10.0.0.2:3000"}},
		{"every address", files("app.js"), script("3000, '0.0.0.0'"), []string{"http://127.0.0.1:3000"}, []string{"http://10.0.0.1:3000"}},
		{"path", files("app.js"), script("'/run/app.sock'"), []string{"http://unix:/run/app.sock"}, []string{"http://unix:/srv/run/app.sock", "http://127.0.0.1:3000"}},
		{"relative path", "  - {name: api, runtime: puma@6, files: [puma.rb]}\n", map[string]string{"puma.rb": "bind 'unix://tmp/puma.sock'\n"}, []string{"http://unix:/srv/app/tmp/puma.sock"}, []string{"http://unix:/srv/xtmp/puma.sock", "http://unix:/tmp/puma.sock2"}},
		{"absolute URL of a socket", "  - {name: api, runtime: puma@6, files: [puma.rb]}\n", map[string]string{"puma.rb": "bind 'unix:///run/puma.sock'\n"}, []string{"http://unix:/run/puma.sock:/"}, nil},
		{"php-fpm", "  - {name: api, runtime: php-fpm@8, files: [www.conf]}\n", map[string]string{"www.conf": "[www]\nlisten = /run/php.sock\n"}, []string{"fastcgi unix:/run/php.sock"}, []string{"fastcgi 127.0.0.1:9000"}},
		{"php-fpm on a port", "  - {name: api, runtime: php-fpm@8, files: [www.conf]}\n", map[string]string{"www.conf": "[www]\nlisten = 9000\n"}, []string{"fastcgi 127.0.0.1:9000", "fastcgi localhost:9000"}, []string{"fastcgi unix:/run/php.sock"}},
		{"other protocols", files("app.js"), script("3000"), []string{"uwsgi 127.0.0.1:3000", "grpc 127.0.0.1:3000", "memcached 127.0.0.1:3000", "stream 127.0.0.1:3000"}, []string{"uwsgi 127.0.0.1:3001", "stream 127.0.0.1:3001"}},
		{"compose names", files("compose.yml", "app.js"), map[string]string{"compose.yml": compose, "app.js": listens("3000")},
			[]string{"http://api:3000", "http://shop-api:3000", "http://API.internal:3000", "stream api:3000"}, []string{"http://api", "http://api:9000", "http://other:3000", "http://api.other:3000"}},
		{"compose without a port", files("compose.yml"), map[string]string{"compose.yml": compose}, []string{"http://api:9000", "http://api"}, []string{"http://app:9000"}},
		{"published port", files("compose.yml", "app.js"), map[string]string{"compose.yml": compose, "app.js": listens("3000")},
			[]string{"http://127.0.0.1:8080", "http://localhost:8080", "http://127.0.0.2:8081", "http://host.docker.internal:8080"}, []string{"http://127.0.0.1:3000", "http://127.0.0.1:8081", "http://10.0.0.1:8080"}},
		{"published port of another program", files("compose.yml", "app.js"), map[string]string{"compose.yml": compose, "app.js": listens("3001")}, nil, []string{"http://127.0.0.1:8080", "http://api:3000"}},
		{"the host's network", files("compose.yml", "app.js"), map[string]string{"compose.yml": onHost, "app.js": listens("3000")}, []string{"http://127.0.0.1:3000"}, []string{"http://api:3000", "http://127.0.0.1:8080"}},
		{"Service", files("pod.yaml", "app.js"), map[string]string{"pod.yaml": pod, "app.js": listens("3000")},
			[]string{"http://front", "http://front.shop", "http://front.shop.svc", "http://front.shop.svc.cluster.local", "http://127.0.0.1:31000"},
			[]string{"http://front:3000", "http://front:9000", "http://front.other", "http://127.0.0.1:3000"}},
		{"beside nginx in a pod", "  - {name: api, runtime: php-fpm@8, files: [pod.yaml, www.conf]}\n", map[string]string{"pod.yaml": "kind: Pod\nspec: {containers: [{name: api}, {name: web, image: 'library/nginx:1.28'}]}\n", "www.conf": "[www]\nlisten = 9000\n"},
			[]string{"fastcgi 127.0.0.1:9000"}, []string{"fastcgi 127.0.0.1:9001", "fastcgi api:9000"}},
		{"beside another program in a pod", "  - {name: api, runtime: php-fpm@8, files: [pod.yaml, www.conf]}\n", map[string]string{"pod.yaml": "kind: Pod\nspec: {containers: [{name: api}, {name: web, image: logger}]}\n", "www.conf": "[www]\nlisten = 9000\n"},
			nil, []string{"fastcgi 127.0.0.1:9000"}},
		{"Service without a port of the program", files("pod.yaml"), map[string]string{"pod.yaml": pod}, []string{"http://front", "http://front:9000"}, []string{"http://front:81"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, to := range append(append([]string{}, c.fits...), c.not...) {
				want := ""
				if i < len(c.fits) {
					want = "api"
				}
				for _, block := range []bool{false, true} {
					http, target := passing(to, block)
					if http == "" {
						continue
					}
					if diff := cmp.Diff([]string{target + ": " + want}, reached(t, "", c.apps, http, c.files)); diff != "" {
						t.Errorf("%s, block %v: %s", to, block, diff)
					}
				}
			}
		})
	}
}

// passing writes a configuration that passes to an address, "http://address" or
// "module address", directly or through a block; "" where that is another address.
func passing(to string, block bool) (http, target string) {
	module, address, ok := strings.Cut(to, " ")
	scheme := ""
	if !ok {
		module, address = "proxy", to
		scheme, address, _ = strings.Cut(to, "://")
		scheme += "://"
	}
	name := module + "_pass"
	if module == "stream" {
		name = "proxy_pass"
	}
	target = scheme + address
	before := ""
	if block {
		if strings.HasPrefix(scheme, "https") || strings.Contains(address, ":/") && !strings.HasPrefix(address, "unix:") {
			return "", ""
		}
		server := address
		if strings.HasPrefix(server, "unix:") {
			server = strings.Join(strings.SplitN(server, ":", 3)[:2], ":")
		} else {
			server, _, _ = strings.Cut(server, "/")
		}
		before, target = "upstream block { server "+server+"; }\n", scheme+"block"
	}
	if module == "stream" {
		return fmt.Sprintf("stream { %sserver { listen 1; %s %s; } }\n", before, name, target), target
	}
	return fmt.Sprintf("http { %sserver { location / { %s %s; } } }\n", before, name, target), target
}

// TestWhichApplicationAnswers has several applications that may.
func TestWhichApplicationAnswers(t *testing.T) {
	const http = "http { upstream b { server 127.0.0.1:3000; server 127.0.0.1:3001; }\nserver { location / { proxy_pass http://b; } location /a { proxy_pass http://127.0.0.1:3000; } } }\n"
	listens := func(argument string) string { return "require('http').createServer().listen(" + argument + ")\n" }
	const both = "  - {name: a, runtime: node@20, files: [a.js]}\n  - {name: b, runtime: node@20, files: [b.js]}\n"
	for _, c := range []struct {
		name, apps string
		files      map[string]string
		want       []string
	}{
		{"one for each server", both, map[string]string{"a.js": listens("3000"), "b.js": listens("3001")}, []string{"http://b: a b", "http://127.0.0.1:3000: a"}},
		{"the exact one", both, map[string]string{"a.js": listens("3000"), "b.js": listens("3000, '127.0.0.1'")}, []string{"http://b: b", "http://127.0.0.1:3000: b"}},
		{"two alike", both, map[string]string{"a.js": listens("3000"), "b.js": listens("3000")}, []string{"http://b: ", "http://127.0.0.1:3000: ",
			"server 127.0.0.1:3000: which application answers here is not clear: a and b may; give their upstream in tunelint.yaml",
			"proxy_pass http://127.0.0.1:3000: which application answers here is not clear: a and b may; give their upstream in tunelint.yaml"}},
		{"declared for the block", "  - {name: a, upstream: B}\n  - {name: b, runtime: node@20, files: [b.js]}\n", map[string]string{"b.js": listens("3000")}, []string{"http://b: a", "http://127.0.0.1:3000: b"}},
		{"declared for the address", "  - {name: a, upstream: \"127.0.0.1:3000\"}\n  - {name: b, runtime: node@20, files: [b.js]}\n", map[string]string{"b.js": listens("3000")}, []string{"http://b: a", "http://127.0.0.1:3000: a"}},
	} {
		if diff := cmp.Diff(c.want, reached(t, "", c.apps, http, c.files)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestLoopbackOfAContainer checks that 127.0.0.1 of a container is not that of the
// machine.
func TestLoopbackOfAContainer(t *testing.T) {
	const http = "http { server { location / { proxy_pass http://127.0.0.1:8080; } location /b { proxy_pass http://host.docker.internal:8080; } } }\n"
	files := map[string]string{"compose.yml": "services: {api: {ports: ['8080:80']}}\n"}
	got := reached(t, "container: true", "  - {name: api, files: [compose.yml]}\n", http, files)
	if diff := cmp.Diff([]string{"http://127.0.0.1:8080: ", "http://host.docker.internal:8080: api"}, got); diff != "" {
		t.Error(diff)
	}
}
