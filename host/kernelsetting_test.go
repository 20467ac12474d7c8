package host

import (
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// kernelHost loads a host from memory; with the root "/" it is the running machine.
func kernelHost(t *testing.T, root string, files source.Memory) *Host {
	t.Helper()
	h, err := Load(source.NewStore(files), "/", appconf.HostConfig{Name: "web", Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestLiveSetting(t *testing.T) {
	files := source.Memory{
		"/proc/sys/kernel/osrelease":       "6.1.0-25-amd64\n",
		"/proc/sys/net/core/somaxconn":     "4096\n",
		"/proc/sys/net/ipv4/tcp_rmem":      "4096\t131072\t6291456\n",
		"/proc/sys/net/ipv4/tcp_wmem":      "4096\t16384\t4194305\n",
		"/proc/sys/vm/swappiness":          "10\n",
		"/etc/sysctl.d/a.conf":             "net.core.somaxconn = 0x2000\nvm.swappiness = 10\nnet.ipv4.tcp_fin_timeout = 5\n",
		"/proc/sys/net/ipv4/tcp_tw_reuse":  "2\n",
		"/etc/sysctl.d/b.conf":             source.LinkPrefix + "/dev/null",
		"/usr/lib/sysctl.d/b.conf":         "vm.swappiness = 1\n",
		"/etc/nginx/nginx.conf":            "events {}\nhttp {}\n",
		"/proc/sys/net/ipv4/tcp_something": "1\n",
	}
	h := kernelHost(t, "/", files)
	for _, c := range []struct {
		key, live, value string
		loaded           bool
	}{
		{"net.core.somaxconn", "4096", "0x2000", false},
		{"net.ipv4.tcp_rmem", "4096 131072 6291456", "4096 131072 6291456", true},
		{"net.ipv4.tcp_wmem", "4096 16384 4194305", "4096 16384 4194304", false},
		{"vm/swappiness", "10", "10", true},
		{"net.ipv4.tcp_tw_reuse", "2", "2", true},
		{"net.ipv4.tcp_fin_timeout", "", "5", true}, // the kernel does not show it
		{"net.ipv4.tcp_something", "1", "", true},
	} {
		s := h.KernelSetting(c.key)
		if s.Live.Value != c.live || s.Live.Known != (c.live != "") || s.Value.Value != c.value || s.Loaded() != c.loaded {
			t.Errorf("%s: live %v, files %v, loaded %v", c.key, s.Live, s.Value, s.Loaded())
		}
	}
	for key, want := range map[string]bool{"net.core.somaxconn": true, "net.ipv4.tcp_wmem": false} {
		if h.KernelSetting(key).Written() != want {
			t.Errorf("%s: written, not loaded: %v", key, !want)
		}
	}
	if apart := h.KernelSetting("vm.swappiness").Apart; len(apart) != 1 || apart[0].Fate != "hidden" || apart[0].Why != "/etc/sysctl.d/b.conf hides the file" {
		t.Errorf("%+v", apart)
	}
	if kernelHost(t, "/web", source.Memory{"/web/proc/sys/net/core/somaxconn": "1"}).KernelSetting("net.core.somaxconn").Live.Known {
		t.Error("the files of another machine have a live value")
	}
}

func TestAbsentKey(t *testing.T) {
	for key, want := range map[string]string{
		"net.core.somaxconn":              "",
		"net.ipv4.tcp_tw_recycle":         "kernel 6.1.0 does not have it; it is gone since 4.12",
		"net.ipv4.tcp_plb_enabled":        "kernel 6.1.0 does not have it; it is new in 6.2",
		"net.ipv4.tcp_low_latency":        "kernel 6.1.0 has it and makes no use of it, as all since 4.14",
		"net.ipv4.tcp_available_ulp":      "",
		"vm.no_key_of_any_kernel_at_all":  "",
		"net.netfilter.nf_conntrack_max":  "",
		"net.ipv4.conf.eth0/1.rp_filter":  "",
		"net.ipv4.conf.default.rp_filter": "",
	} {
		h := kernelHost(t, "/", source.Memory{"/proc/sys/kernel/osrelease": "6.1.0\n"})
		if got := h.KernelSetting(key).Absent; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestKnowsKey(t *testing.T) {
	h := kernelHost(t, "/web", source.Memory{
		"/web/etc/sysctl.d/a.conf":  "vendor.own = 1\nother.* = 1\n",
		"/web/etc/sysctl.d/b.CONF":  "unread.own = 1\n",
		"/web/etc/nginx/nginx.conf": "",
	})
	for key, want := range map[string]bool{
		"net.core.somaxconn": true, "net/core/somaxconn": true, "net.ipv4.conf.x.rp_filter": true, "vendor/own": true, "unread.own": true,
		"other.own": false, "net.core.somaxcon": false,
	} {
		if h.KnowsKey(key) != want {
			t.Errorf("%s: %v", key, !want)
		}
	}
}

func TestServiceLimit(t *testing.T) {
	const unit = "/web/usr/lib/systemd/system/nginx.service"
	for _, c := range []struct {
		name, value, doubt string
		files              source.Memory
	}{
		{"nofile", "1024:524288", "", source.Memory{unit: "[Service]\n"}},
		{"memlock", "8M", "", source.Memory{unit: "[Service]\n"}},
		{"nproc", "", "no file sets it: systemd passes on what the kernel gave it", source.Memory{unit: "[Service]\n"}},
		{"nproc", "5", "", source.Memory{unit: "[Service]\n", "/web/etc/systemd/system.conf": "[Manager]\nDefaultLimitNPROC=5\n"}},
		{"cpu", "1min", "", source.Memory{unit: "[Service]\nLimitCPU=1min\n"}},
		{"nofile", "", "a template decides", source.Memory{unit: "[Service]\nLimitNOFILE={{ n }}\n"}},
		{"nofile", "", "nginx.service is masked and cannot be started", source.Memory{unit: ""}},
		{"nofile", "", "systemd cannot load the unit: section header without ] at its end", source.Memory{unit: "[Service\n"}},
	} {
		r, _ := limits.LookupResource(c.name)
		got := kernelHost(t, "/web", c.files).ServiceLimit(r)
		if got.Value.Value != c.value || got.Doubt != c.doubt || got.Value.Known == (c.doubt != "") {
			t.Errorf("%s %v: %+v", c.name, c.files, got)
		}
	}
}
