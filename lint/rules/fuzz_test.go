package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// FuzzFix applies every fix to arbitrary machines: whatever the files hold,
// bytes outside the edits stay, nothing worse is found, nothing panics, and a
// second run changes nothing.
func FuzzFix(f *testing.F) {
	seen := map[[4]string]bool{} // many cases differ in other files
	for _, pattern := range []string{"*.txtar", "../../testdata/hosts/*.txtar"} {
		eachCase(f, pattern, func(_ string, c *testCase) {
			kernel := c.files[machineRoot+"/etc/sysctl.d/90-web.conf"]
			if kernel == "" {
				kernel = c.files[machineRoot+"/etc/sysctl.d/99-network-tuning.conf"]
			}
			seed := [4]string{c.files[machineRoot+"/etc/nginx/nginx.conf"], c.files[machineRoot+"/etc/nginx/conf.d/backend.conf"],
				kernel, c.files[machineRoot+"/etc/security/limits.conf"]}
			if !seen[seed] {
				seen[seed] = true
				f.Add(seed[0], seed[1], seed[2], seed[3])
			}
		})
	}
	f.Fuzz(func(t *testing.T, conf, included, kernel, limits string) {
		for _, text := range []string{conf, included, kernel, limits} {
			if strings.HasPrefix(text, source.LinkPrefix) {
				return
			}
		}
		c := &testCase{files: source.Memory{
			machineRoot + "/etc/nginx/nginx.conf":            conf,
			machineRoot + "/etc/nginx/conf.d/a.conf":         included,
			machineRoot + "/etc/sysctl.d/90-web.conf":        kernel,
			machineRoot + "/etc/security/limits.conf":        limits,
			machineRoot + "/app/index.js":                    fuzzApp,
			machineRoot + "/tunelint.yaml":                   fuzzConfig,
			machineRoot + "/etc/systemd/system/unused.mount": "",
		}}
		m := c.open(t)
		if out := fixTwice(t, m, "A"); slices.ContainsFunc(out.Before.Findings, offersMore) || slices.ContainsFunc(out.After.Findings, offersMore) {
			fixTwice(t, m, "B")
		}
	})
}

// fixTwice applies one choice of every fix: that settles, and a second run has nothing
// left to change.
func fixTwice(t *testing.T, m machine, letter string) *lint.Outcome {
	o := lint.FixOptions{Options: m.options, Unsafe: true, Choice: letter}
	out, err := lint.Settle(m.store, m.load, o)
	if err != nil {
		t.Fatal(err)
	}
	if out.Unsettled != nil {
		t.Fatalf("the fixes %s do not settle: %s", letter, out.Unsettled.Message)
	}
	if len(out.Changes) == 0 {
		return out
	}
	texts := map[*source.File]string{}
	for _, change := range out.Changes {
		texts[change.File] = change.Text
	}
	again, err := lint.Settle(m.store.With(texts), m.load, o)
	if err != nil || again.Unsettled != nil || len(again.Changes) > 0 {
		t.Errorf("a second run of %s changes %d files: %v, %v", letter, len(again.Changes), err, again.Unsettled)
	}
	return out
}

// offersMore reports whether a finding has a second choice.
func offersMore(f *lint.Finding) bool { return len(f.Others) > 0 }

const fuzzApp = `const server = require('http').createServer()
server.keepAliveTimeout = 5_000
server.maxConnections = 100
server.listen(3000)
`

const fuzzConfig = `version: 1
hosts:
  - name: host
    root: .
    nginx: {version: 1.22.1}
    kernel: "6.1"
    facts: {cpus: 2, memory: 4GiB}
    apps:
      - {name: app, upstream: backend, runtime: node@18, files: [app/index.js], request_timeout: 90s}
    load_balancers:
      - {name: edge, kind: generic-http, idle_timeout: 60s}
`
