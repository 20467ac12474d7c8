package host

import (
	"io/fs"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

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
		if known != c.known || len(names) != 1 || h.ModuleArranged("br_netfilter") != c.arranged {
			t.Errorf("%q: %v %v, arranged %v", c.name, names, known, h.ModuleArranged("br_netfilter"))
		}
	}
}
