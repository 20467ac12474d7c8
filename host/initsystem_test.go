package host_test

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
)

// TestOpenRC shows what is not said of a tree that OpenRC boots: that systemd gives
// nginx its limits, and that no boot reads /etc/sysctl.conf.
func TestOpenRC(t *testing.T) {
	const alpine, script = "ID=alpine\nVERSION_ID=3.20.3\n", "#!/sbin/openrc-run\n"
	for _, c := range []struct {
		name      string
		tree      map[string]string
		systemd   bool
		somaxconn string
		restart   string
	}{
		{"files only", nil, true, "4096", "systemctl restart nginx"},
		{"alpine", map[string]string{"/etc/os-release": alpine}, false, "1024", "rc-service nginx restart"},
		{"its script", map[string]string{"/etc/init.d/nginx": script}, false, "1024", "rc-service nginx restart"},
		{"a script of sysvinit", map[string]string{"/etc/init.d/nginx": "#!/bin/sh\n"}, true, "4096", "systemctl restart nginx"},
		{"beside systemd", map[string]string{"/etc/init.d/nginx": script, "/usr/lib/systemd/systemd": ""}, true, "4096", "systemctl restart nginx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := map[string]string{
				"/etc/nginx/nginx.conf":      "events {}\n",
				"/etc/sysctl.conf":           "net.core.somaxconn = 1024\n",
				"/etc/sysctl.d/.hidden.conf": "net.core.somaxconn = 5\n",
				"/etc/sysctl.d/99-web.conf":  "net.core.somaxconn = 4096\n",
			}
			for name, text := range c.tree {
				tree[name] = text
			}
			h := loadHost(t, tree, appconf.HostConfig{})
			if h.HasSystemd() != c.systemd {
				t.Errorf("HasSystemd() = %v", h.HasSystemd())
			}
			if got := h.Sysctl.Value("net.core.somaxconn"); got.Value != c.somaxconn {
				t.Errorf("net.core.somaxconn is %s, want %s", got.Value, c.somaxconn)
			}
			if reported := len(h.Sysctl.Unread) > 0; reported != c.systemd {
				t.Errorf("files that no boot reads: %v", h.Sysctl.Unread)
			}
			if limit, _ := h.WorkerNoFile(); limit.Known != c.systemd {
				t.Errorf("the limit on open files is known: %v", limit.Known)
			}
			if got := strings.Join(h.RestartNginx(), "; "); got != c.restart {
				t.Errorf("restarted with %q", got)
			}
		})
	}
}
