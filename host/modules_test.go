package host

import (
	"io/fs"
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
		if c.name == "machine" && (!h.moduleArranged("tcp_cubic") || h.moduleArranged("nf_conntrack")) {
			t.Error("what the kernel has built in is not told from the rest")
		}
	}
}

// forbidding is a file system with a file that nobody may read.
type forbidding struct {
	source.Memory
	name string
}

func (f forbidding) Read(p string) ([]byte, fs.FileMode, error) {
	if p == f.name {
		return nil, 0, &fs.PathError{Op: "open", Path: p, Err: fs.ErrPermission}
	}
	return f.Memory.Read(p)
}

func TestModulesInUnreadableFiles(t *testing.T) {
	const dir = "/web/etc/modules-load.d/"
	for _, c := range []struct {
		name            string
		known, arranged bool
	}{
		{"", true, false},
		{dir + "b.conf", false, false},
		{"/web/etc/modprobe.d/a.conf", true, true},
	} {
		files := forbidding{source.Memory{
			"/web/etc/nginx/nginx.conf": "", dir + "a.conf": "nf-conntrack\n", dir + "b.conf": "", dir + "null.conf": source.LinkPrefix + "/dev/null",
			dir + "gone.conf": source.LinkPrefix + "nowhere", dir + "loop.conf": source.LinkPrefix + "loop.conf", dir + "folder.conf/x": "",
			"/web/etc/modprobe.d/a.conf": "", "/web/etc/udev/rules.d/80.rules": source.LinkPrefix + "/dev/null",
		}, c.name}
		h, err := Load(source.NewStore(files), "/", appconf.HostConfig{Root: "/web"})
		if err != nil {
			t.Fatal(err)
		}
		names, known := h.BootModules()
		if known != c.known || len(names) != 1 || h.moduleArranged("br_netfilter") != c.arranged {
			t.Errorf("%q: %v %v, arranged %v", c.name, names, known, h.moduleArranged("br_netfilter"))
		}
	}
}
