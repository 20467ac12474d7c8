package report

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
	"github.com/tunelint/tunelint/sysctl"
)

// serverTree is /proc and /sys of a machine on which nginx runs.
var serverTree = source.Memory{
	"/proc/sys/kernel/osrelease":                                   "6.1.0-25-amd64\n",
	"/proc/sys/kernel/arch":                                        "x86_64\n",
	"/proc/sys/kernel/hostname":                                    "web1.example.test\n",
	"/proc/sys/net/core/somaxconn":                                 "65535\n",
	"/proc/sys/net/ipv4/tcp_rmem":                                  "4096\t87380\t16777216\n",
	"/proc/sys/net/ipv4/tcp_fin_timeout":                           "60\n",
	"/proc/sys/net/core/default_qdisc":                             "fq\x1b[2J\n",
	"/proc/sys/fs/nr_open":                                         "1048576\n",
	"/proc/sys/kernel/panic":                                       "10\n",
	"/proc/sys/net/ipv4/conf/all/rp_filter":                        "1\n",
	"/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established": "86400\n",
	"/proc/sys/net/ipv4/ip_local_reserved_ports":                   "\n",

	"/proc/meminfo":         "MemTotal:       16384000 kB\nSwapTotal:       2097148 kB\n",
	"/proc/stat":            "cpu 1\nbtime 1000000\n",
	"/proc/self/status":     "CapEff:\t0000000000000000\nCpus_allowed_list:\t0-3\n",
	"/proc/1/status":        "CapBnd:\t000001ffffffffff\n",
	"/proc/self/limits":     "Max open files            1024                 524288               files\n",
	"/proc/self/cgroup":     "0::/user.slice\n",
	"/proc/self/ns/pid":     source.LinkPrefix + "pid:[4026531836]",
	"/proc/self/auxv":       "short",
	"/etc/os-release":       "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
	"/run/systemd/system/x": "",
	"/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so": "",

	"/proc/self/mountinfo":                 "1 2 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
	"/sys/devices/system/cpu/online":       "0-7\n",
	"/sys/fs/cgroup/user.slice/cpu.max":    "250000 100000\n",
	"/sys/fs/cgroup/user.slice/memory.max": "1073741824\n",
	"/sys/fs/cgroup/user.slice/pids.max":   "max\n",

	"/proc/812/cmdline": "nginx: master process /usr/sbin/nginx\x00",
	"/proc/812/stat":    "812 (nginx) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/812/limits":  "Max open files            1024                 524288               files\n",
	"/proc/812/cgroup":  "0::/system.slice/nginx.service\n",
	"/proc/813/cmdline": "nginx: worker process\x00",
	"/proc/813/stat":    "813 (nginx) S 812 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/813/limits":  "Max open files            65535                65535                files\n",
	"/proc/813/fd/0":    "",
	"/proc/813/fd/1":    "",
	"/proc/814/cmdline": "nginx: worker process\x00",
	"/proc/814/stat":    "814 (nginx) S 812 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/814/limits":  "Max open files            65535                65535                files\n",
	"/proc/815/cmdline": "nginx: worker process is shutting down\x00",
	"/proc/815/stat":    "815 (nginx) S 812 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/816/cmdline": "nginx: worker process is shutting down\x00",
	"/proc/816/stat":    "816 (nginx) S 812 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/816/limits":  "Max open files            65535                65535                files\n",
	"/proc/815/limits":  "Max open files            1024                 524288               files\n",
	"/proc/900/cmdline": "nginx: master process nginx\x00",
	"/proc/900/stat":    "900 (nginx) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0",
	"/proc/900/cgroup":  "0::/system.slice/docker-4f5bbd9dc09a7a4b2b1d24de2a09cb2f4a8b7e6c1d3f5a9e8b7c6d5e4f3a2b1c.scope\n",
}

var serverNginx = machine.Figure[machine.Nginx]{
	Known: true, From: "/usr/sbin/nginx -V",
	Value: machine.Nginx{
		Path: "/usr/sbin/nginx", Version: "1.22.1", Arguments: "--with-http_ssl_module",
		Static: []string{"http_ssl_module", "http_v2_module"}, Added: []string{"headers-more-nginx-module-0.37", "ngx_brotli"},
		Folder: "/usr/lib/nginx/modules", Dynamic: []string{"ngx_http_lua_module.so", "ngx_stream_module.so"},
	},
}

// serverFacts is what a format shows of the machine.
func serverFacts(format string, verbose bool) Facts {
	this := source.Origin{Default: "this machine"}
	return Facts{
		Machine: machine.Read(serverTree, FactKeys(format, verbose)),
		Nginx:   serverNginx,
		Host: host.Facts{
			NginxVersion: source.Known("1.22.1", this), Kernel: source.Known("6.1.0", this), CPUs: source.Known(8, this),
			Memory: source.Known(int64(16384000<<10), this), Swap: source.Known(int64(2097148<<10), this), Container: source.Known(false, this),
		},
	}
}

func TestFacts(t *testing.T) {
	nothing := Facts{
		Machine: machine.Read(source.Memory{}, FactKeys("text", true)),
		Nginx:   machine.Figure[machine.Nginx]{Why: "no nginx is on PATH"},
	}
	for _, c := range []struct {
		file, format string
		facts        Facts
		options      Options
	}{
		{"facts-80.txt", "text", serverFacts("text", false), Options{Width: 80}},
		{"facts-120.txt", "text", serverFacts("text", false), Options{Width: 120, Color: true}},
		{"facts-verbose.txt", "text", serverFacts("text", true), Options{Width: 100, Verbose: true}},
		{"facts.json", "json", serverFacts("json", false), Options{Version: "0.1.0"}},
		{"facts.yaml", "yaml", serverFacts("yaml", false), Options{}},
		{"facts-nothing.txt", "text", nothing, Options{}},
		{"facts-nothing.json", "json", nothing, Options{Version: "0.1.0"}},
		{"facts-nothing.yaml", "yaml", nothing, Options{}},
	} {
		t.Run(c.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := ShowFacts(&b, c.facts, c.format, c.options); err != nil {
				t.Fatal(err)
			}
			golden(t, c.file, b.Bytes())
		})
	}
}

// The kernel's settings are those that sysctl prints, under the same names.
func TestFactsAsSysctl(t *testing.T) {
	realpart.Need(t, "sysctl")
	read := func() map[string]string { return machine.Read(source.OS(), FactKeys("json", false)).Values }
	before := read()
	out, err := exec.Command("sysctl", "-a").Output()
	if len(out) == 0 {
		t.Fatal(err)
	}
	after, printed := read(), map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		printed[key] = strings.TrimSpace(printed[key] + " " + strings.ReplaceAll(value, "\t", " "))
	}
	for key, value := range before {
		got, ok := printed[key]
		k, _ := sysctl.Lookup(key)
		counts := k.Access == "read-only" || key == "kernel.ns_last_pid" // and goes up and down
		switch {
		case !ok && (strings.HasSuffix(key, ".base_reachable_time") || strings.HasSuffix(key, ".retrans_time")):
			// obsolete: sysctl leaves them out
		case !ok || !counts && got != value && after[key] == value:
			t.Errorf("%s: %q, sysctl says %q", key, value, got)
		}
	}
	if len(before) < 200 {
		t.Errorf("%d settings", len(before))
	}
}

func TestKernelKeys(t *testing.T) {
	keys := host.KernelKeys()
	for i, key := range keys {
		if _, ok := sysctl.Lookup(key); !ok || i > 0 && keys[i-1] >= key {
			t.Errorf("%s: not known, or out of order", key)
		}
	}
}
