package appconf

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestFindRuntime(t *testing.T) {
	for _, c := range []struct{ spec, id, label, keepAlive string }{
		{"node@20", "node", "node 20", "5s (node 20 default)"},
		{"node@v20.18.1", "node", "node v20.18.1", "5s (node v20.18.1 default)"},
		{"node@20.x", "node", "node 20.x", "5s (node 20.x default)"},
		{"Node@26", "node", "node 26", "5s (node 26 default)"},
		{"node@27", "node-next-major", "node 27", "1m5s (node 27 default)"},
		{"node@16", "node-legacy", "node 16", "5s (node 16 default)"},
		{"node@6", "node", "node 6", "unknown"},
		{"node", "node", "node", "5s (node default)"},
		{"express@5", "express", "express 5", "5s (express 5 default)"},
		{"express@3", "express", "express 3", "5s (express 3 default, assumed)"},
		{"fastify", "fastify", "fastify", "1m12s (fastify default)"},
		{"gunicorn@23", "gunicorn", "gunicorn 23", "unknown"},
		{"gunicorn-sync@23", "gunicorn-sync", "gunicorn 23", "0s (gunicorn 23 (sync worker) default)"},
		{"gunicorn-asgi@23", "gunicorn-asgi", "gunicorn 23", "infinite (gunicorn 23 (asgi worker) default, assumed)"},
		{"puma@6", "puma-6", "puma 6", "20s (puma 6 default)"},
		{"puma@7.1", "puma-7", "puma 7.1", "1m5s (puma 7.1 default)"},
		{"puma", "puma", "puma", "unknown"},
		{"echo@4", "echo-v4", "echo 4", "infinite (echo 4 default)"},
		{"echo@5", "echo-v5", "echo 5", "30s (echo 5 default)"},
		{"echo", "echo", "echo", "unknown"},
		{"spring-boot-tomcat@3", "spring-boot-tomcat", "spring-boot 3", "1m0s (spring-boot 3 (Tomcat) default)"},
		{"spring-boot@3.4", "spring-boot", "spring-boot 3.4", "unknown"},
		{"tomcat@11", "tomcat", "tomcat 11", "unknown"},
		{"vertx@5", "vertx", "vertx 5", "infinite (vertx 5 default, assumed)"},
		{"quarkus@3", "quarkus", "quarkus 3", "30m0s (quarkus 3 default)"},
		{"go@1.26", "go-net-http", "go 1.26", "infinite (go 1.26 (net/http) default)"},
	} {
		r, err := FindRuntime(c.spec)
		if err != nil {
			t.Errorf("%s: %v", c.spec, err)
			continue
		}
		app := loadOne(t, c.spec, nil)
		got := []string{r.ID, r.Label, describe(app.KeepAlive)}
		if diff := cmp.Diff([]string{c.id, c.label, c.keepAlive}, got); diff != "" {
			t.Errorf("%s: %s", c.spec, diff)
		}
	}
	for spec, want := range map[string]string{
		"nod@20":      `unknown runtime "nod", did you mean "node"?`,
		"gunicron":    `unknown runtime "gunicron", did you mean "gunicorn"?`,
		"cobol":       `unknown runtime "cobol"`,
		"node@lts":    `runtime "node@lts": "lts" is not a version`,
		"node@-":      "",
		"":            `unknown runtime ""`,
		"node@20@1":   `runtime "node@20@1": "20@1" is not a version`,
		"spring-bot":  `unknown runtime "spring-bot", did you mean "spring-boot"?`,
		"node@2_0":    `runtime "node@2_0": "2_0" is not a version`,
		"node@20..18": `runtime "node@20..18": "20..18" is not a version`,
	} {
		_, err := FindRuntime(spec)
		if got := errorText(err); got != want {
			t.Errorf("%q: %s, want %s", spec, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestVersionDependentFigures(t *testing.T) {
	for spec, want := range map[string]string{
		"spring-boot-tomcat@3.4": "30s (spring-boot 3.4 (Tomcat) default)",
		"spring-boot-tomcat@3.3": "unknown",
		"spring-boot-tomcat@3":   "unknown",
		"spring-boot-tomcat@4":   "30s (spring-boot 4 (Tomcat) default)",
	} {
		if got := describe(loadOne(t, spec, nil).ShutdownTimeout); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}

func TestKeepAliveSlack(t *testing.T) {
	for spec, want := range map[string]time.Duration{
		"node@20": time.Second, "node@22": time.Second, "node@23": time.Second, "node@24.1": time.Second, "node@20.18": time.Second, "node@22.9.0": time.Second,
		"node": 0, "node@18": 0, "node@21": 0, "node@20.17.9": 0, "node@22.8": 0, "express@5": 0, "gunicorn-gthread@23": 0,
	} {
		if got := loadOne(t, spec, nil).KeepAliveSlack; got != want {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
	}
}

// TestTables checks that every row can be reached and every figure be read.
func TestTables(t *testing.T) {
	ids := map[string]bool{}
	words := map[string]bool{"infinite": true, "unset": true, "somaxconn": true, "idle_timeout": true}
	check := func(where string, f Figure) {
		if _, ok := f.number(); !ok && !words[f.Value] {
			t.Errorf("%s: %+v is neither a number nor a known word", where, f)
		}
	}
	for _, r := range runtimes() {
		if ids[r.ID] {
			t.Errorf("%s twice", r.ID)
		}
		ids[r.ID] = true
		for name, f := range r.Figures {
			check(r.ID+" "+name, f)
		}
		for _, text := range []string{r.since, r.below} {
			if _, ok := parseVersion(text); !ok {
				t.Errorf("%s: %q is no version", r.ID, text)
			}
		}
		if _, err := FindRuntime(r.ID); err != nil {
			t.Error(err)
		}
	}
	for _, b := range balancers() {
		if b.Layer != 4 && b.Layer != 7 || b.Label == "" {
			t.Errorf("%s: %+v", b.ID, b)
		}
		for name, f := range b.Figures {
			check(b.ID+" "+name, f)
		}
	}
	for class, id := range gunicornPresets {
		if !ids[id] {
			t.Errorf("%s: no preset %s", class, id)
		}
	}
}

func TestLoadBalancers(t *testing.T) {
	c, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", `hosts:
- load_balancers:
  - {name: edge, kind: aws-alb, idle_timeout: 120s}
  - {kind: gcp-external-alb}
  - {name: l4, kind: AWS-NLB, retry: {attempts: 2}}
  - {name: own, kind: generic-http, health_check: {path: /up, interval: 5s}}
  - {name: own4, kind: generic-tcp}
  - {name: odd, kind: aws-elb, idle_timeout: 5s}
  - {kind: traefik}
`))
	if err != nil {
		t.Fatal(err)
	}
	list, err := LoadBalancers(c.Hosts[0].LoadBalancers)
	want := []string{`8:17: unknown load balancer kind "aws-elb", did you mean "aws-alb"?`}
	if diff := cmp.Diff(want, configErrors(err)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, l := range list {
		h := l.HealthCheck
		got = append(got, strings.Join([]string{l.Name, l.Kind, string(rune('0' + l.Layer)), describe(l.IdleTimeout), describe(l.RequestTimeout),
			describe(h.Path), describe(h.Interval), describe(h.Timeout), describe(h.UnhealthyThreshold), describe(l.Retry.Attempts), describe(l.MaxHeaderSize)}, " | "))
	}
	wantList := []string{
		"edge | aws-alb | 7 | 2m0s (tunelint.yaml:3 idle_timeout: 120s) | 2m0s (tunelint.yaml:3 idle_timeout: 120s) | unknown | 30s (AWS ALB default) | 5s (AWS ALB default) | 2 (AWS ALB default) | unknown | 65536 (AWS ALB default, assumed)",
		"gcp-external-alb | gcp-external-alb | 7 | 10m0s (Google external ALB default) | 30s (Google external ALB default) | unknown | 5s (Google external ALB default, assumed) | 5s (Google external ALB default, assumed) | 2 (Google external ALB default, assumed) | unknown | 65536 (Google external ALB default, assumed)",
		"l4 | aws-nlb | 4 | 5m50s (AWS NLB default) | unknown | unknown | 30s (AWS NLB default, assumed) | 10s (AWS NLB default, assumed) | 2 (AWS NLB default, assumed) | 2 (tunelint.yaml:5 attempts: 2) | unknown",
		"own | generic-http | 7 | unknown | unknown | /up (tunelint.yaml:6 path: /up) | 5s (tunelint.yaml:6 interval: 5s) | unknown | unknown | unknown | unknown",
		"own4 | generic-tcp | 4 | unknown | unknown | unknown | unknown | unknown | unknown | unknown | unknown",
		"odd | aws-elb | 0 | 5s (tunelint.yaml:8 idle_timeout: 5s) | unknown | unknown | unknown | unknown | unknown | unknown | unknown",
		"traefik | traefik | 7 | 1m30s (Traefik default) | unknown | unknown | 30s (Traefik default) | 5s (Traefik default) | unknown | unknown | 1048576 (Traefik default)",
	}
	if diff := cmp.Diff(wantList, got); diff != "" {
		t.Error(diff)
	}
}
