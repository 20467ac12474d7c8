package host

import (
	"slices"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

func TestBootModules(t *testing.T) {
	machine := source.Memory{
		"/m/etc/os-release": "ID=debian\n", "/m/etc/passwd": "", "/m/usr/lib/systemd/x": "",
		"/m/lib/modules/6.1/modules.builtin": "kernel/net/ipv4/tcp_cubic.ko\n",
	}
	for _, c := range []struct {
		name  string
		files source.Memory
		want  []string
		known bool
	}{
		{"part", source.Memory{"/m/etc/nginx/nginx.conf": "events {}\n"}, nil, false},
		{"directory", source.Memory{"/m/etc/modules-load.d/a.conf": "# x\n; y\n nf-conntrack \nbr_netfilter options\n", "/m/etc/modules-load.d/b": "no\n"}, []string{"nf_conntrack", "br_netfilter"}, true},
		{"machine", machine, nil, true},
		{"container", source.Memory{"/m/etc/os-release": "ID=debian\n", "/m/etc/passwd": "", "/m/usr/lib/systemd/x": ""}, nil, false},
		{"debian", source.Memory{"/m/etc/modules": "ip_vs\n", "/m/usr/lib/modules-load.d/z.conf": "tcp_bbr\n"}, []string{"ip_vs", "tcp_bbr"}, false},
	} {
		h, err := Load(source.NewStore(c.files), "/m", appconf.HostConfig{Root: "/m"})
		if err != nil {
			t.Fatal(err)
		}
		names, known := h.BootModules()
		if !slices.Equal(names, c.want) || known != c.known {
			t.Errorf("%s: %v, known %t", c.name, names, known)
		}
		if c.name == "machine" && (!h.ModuleArranged("tcp_cubic") || h.ModuleArranged("nf_conntrack")) {
			t.Error("what the kernel has built in is not told from the rest")
		}
	}
}
