package rules_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// machineFiles are those that FuzzMachine makes up, in the order of its arguments.
var machineFiles = []string{
	"/etc/sysctl.d/90-web.conf", "/usr/lib/sysctl.d/50-vendor.conf", "/etc/security/limits.conf",
	"/usr/lib/systemd/system/nginx.service", "/etc/systemd/system/nginx.service.d/override.conf",
	"/etc/systemd/system.conf", "/etc/modules-load.d/web.conf",
}

// FuzzMachine runs every rule and every picture over a machine whose files below
// nginx hold anything: nothing panics, and it takes no longer than a second.
func FuzzMachine(f *testing.F) {
	for _, pattern := range []string{"kernel-*.txtar", "files-*.txtar", "memory-*.txtar", "../../testdata/hosts/*.txtar"} {
		eachCase(f, pattern, func(_ string, c *testCase) { seedMachine(f, c) })
	}
	for _, odd := range []string{"", "\x00\x00", "\xff\xfe = 1", "\ufeffnet.core.somaxconn = 1", "x.conf" + strings.Repeat("a", 2000), "{% if %}\n[Service]\nLimitNOFILE={{ n }}\n"} {
		f.Add(odd, odd, odd, odd, odd, odd, odd)
	}
	f.Fuzz(func(t *testing.T, kernel, vendor, conf, unit, dropIn, manager, modules string) {
		c := &testCase{files: source.Memory{
			machineRoot + "/etc/nginx/nginx.conf": machineNginx,
			machineRoot + "/tunelint.yaml":        fuzzConfig,
		}}
		for i, text := range []string{kernel, vendor, conf, unit, dropIn, manager, modules} {
			if strings.HasPrefix(text, source.LinkPrefix) || len(text) > 1<<16 {
				return
			}
			c.files[machineRoot+machineFiles[i]] = text
		}
		for try := 1; ; try++ {
			start := time.Now()
			judgeMachine(t, c)
			took := time.Since(start)
			if took < time.Second {
				return
			}
			if try == 3 { // once may be the fault of whatever else runs here
				t.Fatalf("took %s", took)
			}
		}
	})
}

// judgeMachine runs every rule and draws every picture that rests on the files.
func judgeMachine(t *testing.T, c *testCase) {
	t.Helper()
	m := c.open(t)
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	lint.Run(hosts, m.options)
	for _, h := range hosts {
		drawMachine(t, h)
	}
}

const machineNginx = `user www-data;
worker_processes 4;
worker_rlimit_nofile 65536;
events { worker_connections 16384; }
http {
    upstream backend { server 127.0.0.1:3000; keepalive 32; }
    server { listen 80 backlog=8192; location / { proxy_pass http://backend; } }
}
`

// seedMachine adds the files of a case whose places match, the first of each folder.
func seedMachine(f *testing.F, c *testCase) {
	texts := make([]any, len(machineFiles))
	for i, name := range machineFiles {
		texts[i] = ""
		for file, text := range c.files {
			if path := strings.TrimPrefix(file, machineRoot); path == name || filepath.Dir(path) == filepath.Dir(name) && texts[i] == "" && !strings.HasPrefix(text, source.LinkPrefix) {
				texts[i] = text
			}
		}
	}
	f.Add(texts...)
}

// drawMachine draws what the files are shown in.
func drawMachine(t *testing.T, h *host.Host) {
	t.Helper()
	var pictures []report.Picture
	for _, key := range []string{"net.core.somaxconn", "net.ipv4.tcp_rmem", "net.ipv4.conf.eth0.rp_filter", "net.netfilter.nf_conntrack_max", "vm.dirty_ratio"} {
		pictures = append(pictures, report.EffectiveKey{Key: key, Hosts: []report.EffectiveKeyHost{{Host: h, KernelSetting: h.KernelSetting(key)}}})
	}
	for _, r := range limits.Resources() {
		pictures = append(pictures, report.EffectiveLimit{Name: r.Key, Hosts: []report.EffectiveLimitHost{{Host: h, ServiceLimit: h.ServiceLimit(r)}}})
	}
	pictures = append(pictures, report.Capacity{Hosts: []*host.Host{h}})
	for _, p := range pictures {
		for _, format := range report.ShowFormats() {
			if err := report.Show(io.Discard, p, format, report.Options{}); err != nil {
				t.Error(err)
			}
		}
	}
}
