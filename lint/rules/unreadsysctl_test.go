package rules_test

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// TestSysctlConfWithoutLink tells people that no boot reads /etc/sysctl.conf, rather
// than say nothing about what stands there.
func TestSysctlConfWithoutLink(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"settings", "net.ipv4.tcp_tw_recycle = 1\n", true},
		{"comments", "# net.ipv4.tcp_tw_recycle = 1\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := (&testCase{name: c.name, files: source.Memory{
				machineRoot + "/etc/nginx/nginx.conf": "events {}\n",
				machineRoot + "/etc/sysctl.conf":      c.text,
			}}).open(t)
			hosts, err := m.load(m.store)
			if err != nil {
				t.Fatal(err)
			}
			told := false
			for _, s := range lint.Run(hosts, m.options).Skips {
				told = told || strings.HasSuffix(s.Span.File.Path, "/etc/sysctl.conf") && strings.Contains(s.Why, "systemd-sysctl does not read")
			}
			if told != c.want {
				t.Errorf("told: %t, want %t", told, c.want)
			}
		})
	}
}
