package machine

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/source"
)

var update = flag.Bool("update", false, "rewrite what the archives want")

// describe lists every figure with what says it, or why it is not known.
func describe(m *Machine) string {
	var b strings.Builder
	line(&b, "kernel", m.Kernel.Release)
	line(&b, "release", m.Kernel.Full)
	line(&b, "architecture", m.Kernel.Architecture)
	line(&b, "distribution", m.Distribution)
	fmt.Fprintf(&b, "systemd starts services: %v\n", m.Systemd.Booted)
	line(&b, "systemd", m.Systemd.Version)
	line(&b, "CPUs online", m.CPUs.Online)
	line(&b, "CPUs usable", m.CPUs.Usable)
	line(&b, "CPU quota", m.CPUs.Quota)
	line(&b, "memory", m.Memory.Total)
	line(&b, "swap", m.Memory.Swap)
	line(&b, "memory limit", m.Memory.Limit)
	line(&b, "PIDs", m.PIDs)
	line(&b, "container", m.Container)
	fmt.Fprintf(&b, "container without a system: %v\n", Application(m.Container.Value))
	line(&b, "hard nofile", m.HardNoFile)
	line(&b, "nofile of process 1", m.FirstNoFile)
	line(&b, "CAP_SYS_RESOURCE", m.SysResource)
	line(&b, "CAP_SYS_RESOURCE of process 1", m.FirstSysResource)
	return b.String()
}

func line[T any](b *strings.Builder, name string, f Figure[T]) {
	if f.Known {
		fmt.Fprintf(b, "%s: %v (%s)\n", name, f.Value, f.From)
	} else {
		fmt.Fprintf(b, "%s: not known: %s\n", name, f.Why)
	}
}

// memory is the file system in an archive: a file that holds "link: " and a target
// is a symbolic link, and "^@" is a zero byte.
func memory(a *txtar.Archive) source.Memory {
	out := source.Memory{}
	for _, f := range a.Files {
		text := strings.ReplaceAll(string(f.Data), "^@", "\x00")
		if target, ok := strings.CutPrefix(text, "link: "); ok {
			text = source.LinkPrefix + strings.TrimSpace(target)
		}
		if f.Name != "want" {
			out["/"+f.Name] = text
		}
	}
	return out
}

func TestMachines(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, want := describe(Read(memory(a), nil)), &a.Files[0]
			if want.Name != "want" {
				t.Fatalf("the first file is %s", want.Name)
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A mount of control groups without a root above it ends the way up.
func TestLeastEnds(t *testing.T) {
	fsys := source.Memory{
		"/proc/self/cgroup":    "0::/a\n",
		"/proc/self/mountinfo": "1 2 0:1 / x rw - cgroup2 cgroup2 rw\n",
		"x/a/pids.max":         "5\n",
	}
	if f := pidsLimit(fsys); f.Value != 5 {
		t.Errorf("%+v", f)
	}
}

func TestPageSize(t *testing.T) {
	var pairs []byte
	for _, n := range []uint64{33, 0x7fff, 6, 65536, 0, 0} {
		pairs = binary.NativeEndian.AppendUint64(pairs, n)
	}
	if f := pageSize(source.Memory{"/proc/self/auxv": string(pairs)}); f.Value != 65536 || !f.Known {
		t.Errorf("%+v", f)
	}
	for _, text := range []string{"", "short", string(pairs[:16])} {
		if f := pageSize(source.Memory{"/proc/self/auxv": text}); f.Known || f.Why == "" {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

func TestValues(t *testing.T) {
	fsys := source.Memory{
		"/proc/sys/net/core/somaxconn":                "4096\n",
		"/proc/sys/net/ipv4/tcp_rmem":                 "4096\t131072\t6291456\n",
		"/proc/sys/net/ipv4/conf/eth0.100/rp_filter":  "2\n",
		"/proc/sys/net/ipv4/conf/all/rp_filter":       "0\n",
		"/proc/sys/net/ipv4/tcp_congestion_control":   "cubic\n",
		"/proc/sys/net/ipv4/ip_local_reserved_ports":  "\n",
		"/proc/sys/net/ipv4/conf/all/forwarding/deep": "9\n",
		"/proc/sys/kernel/core_modes":                 "file\npipe\n",
	}
	got := Read(fsys, []string{
		"net.core.somaxconn", "net.ipv4.tcp_rmem", "net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filter",
		"net.ipv4.ip_local_reserved_ports", "net.ipv4.conf.all.forwarding", "net.ipv4.none", "kernel.core_modes", "",
	}).Values
	want := map[string]string{
		"net.core.somaxconn": "4096", "net.ipv4.tcp_rmem": "4096 131072 6291456", "net.ipv4.conf.eth0/100.rp_filter": "2",
		"net.ipv4.conf.all.rp_filter": "0", "net.ipv4.ip_local_reserved_ports": "", "kernel.core_modes": "file pipe",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCountList(t *testing.T) {
	for text, want := range map[string]int{"0": 1, "0-3": 4, "0-3,8": 5, "0,2-3,63-64": 5, "": -1, "3-1": -1, "a": -1, "0-": -1, "0,": -1, "0-9223372036854775807": -1} {
		n, ok := countList(text)
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
}

func TestDescribedNginx(t *testing.T) {
	text := `nginx version: nginx/1.27.3 (custom)
built by gcc 14.2.0
configure arguments: --prefix=/opt/nginx --with-http_ssl_module --with-mail=dynamic --with-mail_ssl_module --with-stream --with-stream_ssl_module --with-http_xslt_module=dynamic --add-module=/src/headers-more-nginx-module-0.37 --add-dynamic-module=/src/lua --with-threads`
	got, ok := describedNginx(text)
	if !ok {
		t.Fatal("no version")
	}
	fsys := source.Memory{
		"/opt/nginx/modules": source.LinkPrefix + "../lib/modules", "/opt/lib/modules/b_module.so": "", "/opt/lib/modules/a_module.so": "", "/opt/lib/modules/a.txt": "",
	}
	got.ReadModules(fsys)
	got.Arguments = ""
	want := Nginx{
		Version: "1.27.3", Static: []string{"http_ssl_module", "stream", "stream_ssl_module"}, Added: []string{"headers-more-nginx-module-0.37"},
		Folder: "/opt/nginx/modules", Dynamic: []string{"a_module.so", "b_module.so"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"", "nginx version: nginx/", "command not found"} {
		if _, ok := describedNginx(text); ok {
			t.Errorf("%q: a version", text)
		}
	}
}

// Whatever stands in the files, reading ends, and a figure that is not known has a
// reason.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "-- --") {
			return // the reader of archives cannot take it
		}
		fsys := memory(txtar.Parse(data))
		m := Read(fsys, []string{"net.core.somaxconn", "net.ipv4.conf.*.rp_filter"})
		if text := describe(m); strings.Contains(text, "not known: \n") {
			t.Error(text)
		}
		n, _ := describedNginx(string(data))
		n.ReadModules(fsys)
		if c := m.CPUs; c.Online.Known && c.Online.Value < 1 || c.Usable.Known && c.Usable.Value < 1 || c.Quota.Value < 0 || c.Quota.Value != c.Quota.Value {
			t.Errorf("%+v", c)
		}
		if l := m.Memory; l.Total.Value < 0 || l.Swap.Value < 0 || l.Limit.Value < 0 || m.PIDs.Value < 0 {
			t.Errorf("%+v", l)
		}
	})
}
