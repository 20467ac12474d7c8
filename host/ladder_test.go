package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// chained loads a host with an http block and a list of what stands around nginx.
func chained(t *testing.T, http, around string) *host.Host {
	t.Helper()
	store := source.NewStore(source.Memory{
		"/web/etc/nginx/nginx.conf": "events {}\nhttp {\n" + http + "\n}\n",
		"/tunelint.yaml":            "version: 1\nhosts:\n  - name: web\n    root: web\n    nginx: {version: 1.24.0}\n" + around,
	})
	f, err := store.Open("/tunelint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := appconf.ReadConfig(f)
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Load(store, "/", c.Hosts[0])
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// hopsOf prints the hops of one kind of ladder.
func hopsOf(c *host.Chain, kind host.LadderKind) []string {
	var out []string
	for _, l := range c.Ladders {
		if l.Kind != kind {
			continue
		}
		for _, h := range l.Hops {
			value := "none"
			if h.Time.Value != appconf.Infinite {
				value = nginxconf.FormatTime(h.Time.Value)
			}
			if !h.Time.Known {
				value = "? " + h.Why
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", h.Who, h.Name, value, h.Note)))
		}
	}
	return out
}

// TestAnswerLadder looks at how long nginx keeps a request over all tries.
func TestAnswerLadder(t *testing.T) {
	const two = "upstream u { server 10.0.0.1; server 10.0.0.2; } "
	for conf, want := range map[string]string{
		two + "server { location / { proxy_pass http://u; } }":                                         "nginx all tries 240s 2 tries of 60s to connect and 60s to read|nginx proxy_read_timeout 60s",
		two + "server { location / { proxy_pass http://u; proxy_next_upstream error; } }":              "nginx proxy_read_timeout 60s",
		two + "server { location / { proxy_pass http://u; proxy_next_upstream off; } }":                "nginx proxy_read_timeout 60s",
		two + "server { location / { proxy_pass http://u; proxy_next_upstream_tries 1; } }":            "nginx proxy_read_timeout 60s",
		two + "server { location / { proxy_pass http://u; proxy_next_upstream_timeout 30s; } }":        "nginx all tries 150s 2 tries of 60s to connect and 60s to read, the last one begun before 30s|nginx proxy_read_timeout 60s",
		two + "server { location / { proxy_pass http://u; proxy_read_timeout $x; } }":                  "nginx all tries ? a setting of the tries cannot be read|nginx proxy_read_timeout ? the value is no time that can be read",
		"server { location / { proxy_pass http://10.0.0.1:3000; } }":                                   "nginx proxy_read_timeout 60s",
		"server { location / { proxy_pass http://app.test:3000; } }":                                   "nginx all tries ? how many addresses a name has is not known|nginx proxy_read_timeout 60s",
		"server { location / { proxy_pass http://app.test:3000; proxy_next_upstream_tries 3; } }":      "nginx all tries 6m 3 tries of 60s to connect and 60s to read|nginx proxy_read_timeout 60s",
		"server { location / { proxy_pass http://$backend; } }":                                        "nginx all tries ? where it passes to is known at run time only|nginx proxy_read_timeout 60s",
		"upstream u { server 10.0.0.1; server b down; } server { location / { grpc_pass grpc://u; } }": "nginx grpc_read_timeout 60s",
	} {
		chains := chained(t, conf, "").Chains()
		if len(chains) != 1 {
			t.Fatalf("%s: %d chains", conf, len(chains))
		}
		hops := hopsOf(chains[0], host.AnswerLadder)
		if hops[0] != "client  ? not declared" || !strings.Contains(hops[len(hops)-1], "? no application is declared for it") {
			t.Errorf("%s: %q", conf, hops)
		}
		if diff := cmp.Diff(want, strings.Join(hops[1:len(hops)-1], "|")); diff != "" {
			t.Errorf("%s: %s", conf, diff)
		}
	}
}

func TestIdleLadders(t *testing.T) {
	const around = `    apps: [{name: api, upstream: u, runtime: node@20}]
    load_balancers: [{name: edge, kind: aws-alb}, {name: tcp, kind: aws-nlb}]
`
	const pass = `server { location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`
	for conf, want := range map[string]string{
		"upstream u { server 10.0.0.1; keepalive 8; } " + pass:                                        "nginx keepalive_timeout 60s",
		"upstream u { server 10.0.0.1; keepalive 8; keepalive_timeout 4s; } " + pass:                  "nginx keepalive_timeout 4s",
		"upstream u { server 10.0.0.1; } " + pass:                                                     "nginx keepalive_timeout 0s keeps none: the upstream block has no keepalive",
		"upstream u { server 10.0.0.1; keepalive 0; } " + pass:                                        "nginx keepalive_timeout 0s keeps none: the upstream block has no keepalive",
		"upstream u { server 10.0.0.1; keepalive many; } " + pass:                                     "nginx keepalive_timeout ? how many connections it keeps cannot be read",
		"upstream u { server 10.0.0.1; keepalive 8; least_conn; } " + pass:                            "nginx keepalive_timeout 60s the pool is lost: least_conn below keepalive replaces it",
		"upstream u { server 10.0.0.1; keepalive 8; } server { location / { proxy_pass http://u; } }": "nginx keepalive_timeout 60s requests go out in HTTP/1.0 here: no connection is reused as it stands",
	} {
		chains := chained(t, conf, around).Chains()
		if len(chains) != 1 {
			t.Fatalf("%s: %d chains", conf, len(chains))
		}
		hops := hopsOf(chains[0], host.PoolIdleLadder)
		if diff := cmp.Diff([]string{want, "api keepalive_timeout 5s really closes 1s later"}, hops); diff != "" {
			t.Errorf("%s: %s", conf, diff)
		}
		hops = hopsOf(chains[0], host.ClientIdleLadder)
		if diff := cmp.Diff([]string{"edge idle_timeout 60s", "tcp idle_timeout 350s forwards connections: the other side has to close first", "nginx keepalive_timeout 75s"}, hops); diff != "" {
			t.Errorf("%s: %s", conf, diff)
		}
	}
}

// TestChainsFold joins locations with the same parties and times, and no others.
func TestChainsFold(t *testing.T) {
	const around = "    apps: [{name: api, upstream: u, request_timeout: 10s, routes: [{path: /slow/, request_timeout: 90s}]}]\n"
	h := chained(t, `upstream u { server 10.0.0.1; }
server {
    location /a { proxy_pass http://u; }
    location /b { proxy_pass http://u/x; }
    location /slow/ { proxy_pass http://u; }
    location /c { proxy_pass http://u; send_timeout 5s; }
    location /ws { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }
    location /d { proxy_pass http://10.0.0.1:81; }
    location /e { return 204; proxy_pass http://u; }
    location /f { if ($x) { proxy_pass http://u; } }
}
stream { server { listen 9; proxy_pass 10.0.0.1:5; } }`, around)
	var got []string
	for _, c := range h.Chains() {
		var places []string
		for _, at := range c.Places {
			places = append(places, at.Label())
		}
		if c.Condition != nil {
			places = append(places, "where "+c.Condition.Name)
		}
		got = append(got, strings.Join(places, ", "))
	}
	want := []string{"location /a, location /b", "location /slow/", "location /c", "location /ws", "location /d", "location /f, where if"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
