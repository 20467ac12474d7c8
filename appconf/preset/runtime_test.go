package preset

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
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
		got := []string{r.ID, r.Label, describe(r, "keepalive_timeout")}
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

// describe writes a default of a time as findings do: "5s (node 20 default)".
func describe(r *Runtime, name string) string {
	f := r.Figures[name]
	v, ok := f.Number()
	if !ok {
		return "unknown"
	}
	value := time.Duration(v).String()
	if v == math.MaxInt64 {
		value = "infinite"
	}
	origin := r.Origin(f)
	if origin.Assumed {
		return value + " (" + origin.Default + ", assumed)"
	}
	return value + " (" + origin.Default + ")"
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestTables checks that every row can be reached and every figure be read.
func TestTables(t *testing.T) {
	ids := map[string]bool{}
	words := map[string]bool{"infinite": true, "unset": true, "somaxconn": true, "idle_timeout": true}
	check := func(where string, f Figure) {
		if _, ok := f.Number(); !ok && !words[f.Value] {
			t.Errorf("%s: %+v is neither a number nor a known word", where, f)
		}
	}
	if rows := rowsOf(runtimesYAML); len(rows) < 50 || rowsIn(t, runtimesYAML) != len(rows) {
		t.Errorf("%d rows of %d", len(rows), rowsIn(t, runtimesYAML))
	}
	if rows := rowsOf(balancersYAML); len(rows) < 20 || rowsIn(t, balancersYAML) != len(rows) {
		t.Errorf("%d rows of %d", len(rows), rowsIn(t, balancersYAML))
	}
	for _, row := range runtimeRows() {
		r := row.runtime()
		if r.ID != row.id || r.Family != row.family || r.Family == "" {
			t.Errorf("%s of %s is found as %s of %s", r.ID, r.Family, row.id, row.family)
		}
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
	for _, row := range balancerRows() {
		b := row.balancer()
		if b.ID != row.id {
			t.Errorf("%s is found as %s", b.ID, row.id)
		}
		if b.Layer != 4 && b.Layer != 7 || b.Label == "" {
			t.Errorf("%s: %+v", b.ID, b)
		}
		for name, f := range b.Figures {
			check(b.ID+" "+name, f)
		}
	}
}

// rowsIn returns how many rows a table has, as YAML.
func rowsIn(t *testing.T, table string) int {
	t.Helper()
	var rows []struct{ ID string }
	if err := yaml.Unmarshal([]byte(table), &rows); err != nil {
		t.Fatal(err)
	}
	return len(rows)
}
