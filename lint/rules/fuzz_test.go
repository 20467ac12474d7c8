package rules_test

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// FuzzFix applies every fix to arbitrary machines: whatever the files hold,
// bytes outside the edits stay, nothing worse is found, nothing panics, and a
// second run changes nothing.
func FuzzFix(f *testing.F) {
	for _, pattern := range []string{"*.txtar", "../../testdata/hosts/*.txtar"} {
		eachCase(f, pattern, func(_ string, c *testCase) {
			kernel := c.files[machineRoot+"/etc/sysctl.d/90-web.conf"]
			if kernel == "" {
				kernel = c.files[machineRoot+"/etc/sysctl.d/99-network-tuning.conf"]
			}
			f.Add(c.files[machineRoot+"/etc/nginx/nginx.conf"], c.files[machineRoot+"/etc/nginx/conf.d/backend.conf"],
				kernel, c.files[machineRoot+"/etc/security/limits.conf"])
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
			machineRoot + "/app/index.js":                    "require('http').createServer().listen(3000)\n",
			machineRoot + "/tunelint.yaml":                   fuzzConfig,
			machineRoot + "/etc/systemd/system/unused.mount": "",
		}}
		m := c.open(t)
		out, err := lint.Settle(m.store, m.load, lint.FixOptions{Options: m.options, Unsafe: true})
		if err != nil {
			t.Fatal(err)
		}
		if out.Unsettled != nil {
			t.Fatalf("the fixes do not settle: %s", out.Unsettled.Message)
		}
		texts := map[*source.File]string{}
		for _, change := range out.Changes {
			texts[change.File] = change.Text
		}
		again, err := lint.Settle(m.store.With(texts), m.load, lint.FixOptions{Options: m.options, Unsafe: true})
		if err != nil || again.Unsettled != nil || len(again.Changes) > 0 {
			t.Errorf("a second run changes %d files: %v, %v", len(again.Changes), err, again.Unsettled)
		}
	})
}

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
