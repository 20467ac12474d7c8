package sysctl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
)

// host returns the settings of a machine on kernel 6.1 whose files in
// /etc/sysctl.d are a.conf, b.conf and so on have these texts.
func host(t *testing.T, files ...string) *Settings {
	t.Helper()
	m := source.Memory{}
	for i, text := range files {
		m["/etc/sysctl.d/"+string(rune('a'+i))+".conf"] = text
	}
	return load(t, m, Options{Kernel: "6.1"})
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		key, want, at string // at is path:line:column or the default's name; want "?" is unknown
		files         []string
	}{
		{"net.core.somaxconn", "4096", "kernel 6.1 default", nil},
		{"net.core.somaxconn", "2", "/etc/sysctl.d/b.conf:2:22", []string{"net.core.somaxconn = 1", "\nnet.core.somaxconn = 2"}},
		{"net.core.somaxconn", "8192 # x", "/etc/sysctl.d/a.conf:1:21", []string{"net/core/somaxconn=\t8192 # x"}},
		{"net/core/somaxconn", "1", "/etc/sysctl.d/a.conf:1:22", []string{"net.core.somaxconn = 1"}},
		// A rejected value: at boot the line before is already dropped.
		{"net.core.somaxconn", "?", "", []string{"net.core.somaxconn = 1", "net.core.somaxconn = 4k"}},
		{"net.core.somaxconn", "4096", "kernel 6.1 default", []string{"net.core.somaxconn = 4k"}},
		{"net.core.somaxconn", "1", "/etc/sysctl.d/b.conf:1:22", []string{"net.core.somaxconn = 4k", "net.core.somaxconn = 1"}},
		{"net.core.somaxconn", "4096", "kernel 6.1 default", []string{"net.core.somaxconn = 4294967295"}},
		{"net.core.somaxconn", "4096", "kernel 6.1 default", []string{"net.core.somaxconn 1\nsysctl -w net.core.somaxconn=1\n#net.core.somaxconn = 1"}},
		{"net.core.somaxconn", "?", "", []string{"- net.core.somaxconn = 1"}},
		{"net.core.somaxconn", "?", "", []string{"net.core.somaxconn = {{ n }}"}},
		{"net.core.somaxconn", "?", "", []string{"{% if n %}\nnet.core.somaxconn = 1\n{% endif %}"}},
		{"net.core.somaxconn", "1", "/etc/sysctl.d/b.conf:1:22", []string{"net.core.somaxconn = {{ n }}", "net.core.somaxconn = 1"}},
		// Globs and exclusions.
		{"net.ipv4.conf.all.rp_filter", "2", "/etc/sysctl.d/a.conf:1:29", []string{"net.ipv4.conf.*.rp_filter = 2"}},
		{"net.ipv4.conf.eth0.rp_filter", "2", "/etc/sysctl.d/a.conf:1:29", []string{"net.ipv4.conf.*.rp_filter = 2"}},
		{"net.ipv4.conf.all.rp_filter", "1", "/etc/sysctl.d/a.conf:1:31", []string{"net.ipv4.conf.all.rp_filter = 1", "net.ipv4.conf.*.rp_filter = 2"}},
		{"net.ipv4.conf.all.rp_filter", "0", "kernel 6.1 default, assumed", []string{"net.ipv4.conf.*.rp_filter = 2", "-net.ipv4.conf.all.rp_filter"}},
		{"net.ipv4.conf.all.rp_filter", "?", "", []string{"net.ipv4.conf.all.rp_filter = 2", "-net.ipv4.conf.all.rp_filter"}},
		{"net.ipv4.conf.all.rp_filter", "2", "/etc/sysctl.d/b.conf:1:31", []string{"-net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.rp_filter = 2"}},
		{"net.ipv4.conf.all.rp_filter", "?", "", []string{"net.ipv4.conf.[[:alpha:]]*.rp_filter = 2"}},
		{"net.ipv4.conf.eth0.rp_filter", "?", "", nil}, // taken over from conf.default when it appears
		// Partial vectors.
		{"net.ipv4.tcp_rmem", "8192 131072 6291456", "/etc/sysctl.d/a.conf:1:21", []string{"net.ipv4.tcp_rmem = 8192"}},
		{"net.ipv4.tcp_rmem", "?", "", []string{"net.ipv4.tcp_rmem = 4096 4096 4096", "net.ipv4.tcp_rmem = 8192"}},
		{"net.ipv4.tcp_rmem", "?", "", []string{"net.ipv4.tcp_rmem = 4096 4096 x"}},
		{"net.ipv4.tcp_rmem", "4096 131072 6291456", "kernel 6.1 default", []string{"net.ipv4.tcp_rmem = 4096,8192,16384"}},
		{"net.ipv4.ip_local_port_range", "1024 60999", "/etc/sysctl.d/a.conf:1:32", []string{"net.ipv4.ip_local_port_range = 1024"}},
		{"net.ipv4.ip_local_port_range", "32768 60999", "kernel 6.1 default", []string{"net.ipv4.ip_local_port_range = 1024-65535"}},
		{"net.ipv4.ip_local_reserved_ports", "", "kernel 6.1 default", nil},
		{"net.ipv4.ip_local_reserved_ports", "", "/etc/sysctl.d/b.conf:1:1", []string{"net.ipv4.ip_local_reserved_ports = 1", "net.ipv4.ip_local_reserved_ports ="}},
		// One variable under two names, and keys that change each other.
		{"net.netfilter.nf_conntrack_max", "2000", "/etc/sysctl.d/b.conf:1:26", []string{"net.netfilter.nf_conntrack_max = 1000", "net.nf_conntrack_max   = 2000"}},
		{"net.ipv4.conf.all.forwarding", "1", "/etc/sysctl.d/a.conf:1:23", []string{"net.ipv4.ip_forward = 1"}},
		{"vm.dirty_ratio", "?", "", []string{"vm.dirty_ratio = 10", "vm.dirty_bytes = 100000"}},
		{"vm.dirty_ratio", "10", "/etc/sysctl.d/a.conf:1:18", []string{"vm.dirty_ratio = 10"}},
		{"net.ipv4.conf.all.accept_redirects", "?", "", []string{"net.ipv4.ip_forward = 1"}},
		// Keys the kernel has not, or does not take.
		{"net.ipv4.tcp_tw_recycle", "?", "", []string{"net.ipv4.tcp_tw_recycle = 1"}},
		{"net.ipv4.tcp_plb_enabled", "?", "", []string{"net.ipv4.tcp_plb_enabled = 1"}},
		{"net.ipv4.tcp_available_congestion_control", "?", "", []string{"net.ipv4.tcp_available_congestion_control = bbr"}},
		{"net.ipv4.tcp_congestion_control", "bbr", "/etc/sysctl.d/a.conf:1:35", []string{"net.ipv4.tcp_congestion_control = bbr"}},
		{"vendor.own", "x", "/etc/sysctl.d/a.conf:1:14", []string{"vendor.own = x"}},
		{"vendor.own", "?", "", nil},
		{"fs.nr_open", "?", "", nil},
		{"vm.max_map_count", "65530", "kernel 6.1 default, assumed", nil},
	} {
		got := host(t, c.files...).Value(c.key)
		want, at := got.Value, got.Origin.Default
		if !got.Known {
			want = "?"
		}
		if got.Origin.Span.IsValid() {
			at = got.Origin.Span.String()
		}
		if got.Origin.Assumed {
			at += ", assumed"
		}
		if diff := cmp.Diff([]string{c.want, c.at}, []string{want, at}); diff != "" {
			t.Errorf("%s in %q: %s", c.key, c.files, diff)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		line string
		want []int64 // nil is unknown
	}{
		{"net.core.somaxconn = 4096 # x", []int64{4096}},
		{"net.core.somaxconn = 010", []int64{8}},
		{"net.core.somaxconn = 0x10", []int64{16}},
		{"net.core.somaxconn = 4k", []int64{4096}},
		{"net.ipv4.tcp_keepalive_time = -1", []int64{-1}},
		{"net.ipv4.tcp_rmem = 4096 8192 0x4000 99 # x", []int64{4096, 8192, 16384}},
		{"net.ipv4.ip_local_port_range = 1024\t65535", []int64{1024, 65535}},
		{"kernel.printk = 4 4 1 7", []int64{4, 4, 1, 7}},
		{"kernel.core_pattern = core", nil},
		{"vendor.own = 5 x", []int64{5}},
		{"vendor.own = 99999999999999999999", nil},
		{"vendor.own = 18446744073709551615", nil},
		{"fs.file-max = 9223372036854775807", []int64{9223372036854775807}},
	} {
		s := host(t, c.line)
		key, _, _ := strings.Cut(c.line, " ")
		list := s.Ints(key)
		if diff := cmp.Diff(c.want, list.Value); diff != "" || list.Known != (c.want != nil) {
			t.Errorf("%s: %s", c.line, diff)
		}
		one := s.Int(key)
		if k, ok := Lookup(key); ok && !k.single() {
			if one.Known {
				t.Errorf("%s: a single number of several", c.line)
			}
		} else if one.Known != list.Known || one.Known && one.Value != list.Value[0] {
			t.Errorf("%s: %v", c.line, one)
		}
	}
}

func TestUnknownKernel(t *testing.T) {
	s := load(t, source.Memory{"/etc/sysctl.d/a.conf": "net.ipv4.tcp_fin_timeout = 30\nnet.ipv4.tcp_tw_recycle = 1\nnet.core.wmem_max = 99999999999\n"}, Options{})
	for key, want := range map[string]bool{
		"net.ipv4.tcp_fin_timeout": true, "net.core.somaxconn": false, "net.core.netdev_max_backlog": true,
		"net.ipv4.tcp_tw_recycle": false, "net.core.wmem_max": false,
	} {
		if got := s.Value(key); got.Known != want {
			t.Errorf("%s: %v", key, got)
		}
	}
	if got := s.Value("net.core.netdev_max_backlog").Origin.Default; got != "kernel default" {
		t.Error(got)
	}
}

// A default that a distribution's file usually overrides holds where those
// files were there to be read; after a vendor's backports it does not.
func TestAssumedDefaults(t *testing.T) {
	for _, c := range []struct {
		file, kernel, key string
		want              bool
	}{
		{"/etc/sysctl.d/a.conf", "6.1", "vm.max_map_count", true},
		{"/usr/lib/sysctl.d/a.conf", "6.1", "vm.max_map_count", false},
		{"/etc/sysctl.d/a.conf", "6.1", "net.core.somaxconn", false},
		{"/etc/sysctl.d/a.conf", "4.18.0-553.el8_10.x86_64", "net.core.somaxconn", true},
		{"/etc/sysctl.d/a.conf", "4.18.0-553.el8_10.x86_64", "net.core.netdev_max_backlog", false},
		{"/etc/sysctl.d/a.conf", "6.18", "net.ipv4.tcp_rmem", true},
	} {
		s := load(t, source.Memory{c.file: ""}, Options{Kernel: c.kernel})
		if got := s.Value(c.key); !got.Known || got.Origin.Assumed != c.want {
			t.Errorf("%s on %s: %+v", c.key, c.kernel, got)
		}
	}
}

func TestLines(t *testing.T) {
	s := host(t, "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 2\n", "-net.ipv4.conf.all.rp_filter\nnet.ipv4.conf.all.rp_filter: 5\nnet/ipv4/conf/all/rp_filter = 3\n")
	var got []string
	for _, l := range s.Lines("net.ipv4.conf.all.rp_filter") {
		got = append(got, l.Value)
	}
	if diff := cmp.Diff([]string{"2", "1", "3"}, got); diff != "" {
		t.Error(diff)
	}
	if s.Lines("net.core.somaxconn") != nil {
		t.Error("lines for a key no file sets")
	}
}

func TestSkips(t *testing.T) {
	s := host(t, "net.core.somaxconn = 1\nk.a = {{ x }}\n- k.b = 1\nnet.ipv4.tcp_rmem = 1 x\n", "net.core.somaxconn = 4k\nnet.ipv4.tcp_fin_timeout = 4k\nnet.ipv4.tcp_tw_recycle = 1\nfs.nr_open = 5000000000\n")
	got := map[string]string{}
	for _, skip := range s.Skips {
		got[skip.Span.String()] = skip.Why
	}
	want := map[string]string{
		"/etc/sysctl.d/a.conf:2:1": "template tag",
		"/etc/sysctl.d/a.conf:3:1": looseDash,
		"/etc/sysctl.d/a.conf:4:1": `net.ipv4.tcp_rmem: a part of the value takes effect, then the write fails: "x" is not a number the kernel reads`,
		"/etc/sysctl.d/a.conf:1:1": `net.core.somaxconn: systemd-sysctl leaves "4096" behind, sysctl "1"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzValue(f *testing.F) {
	f.Add("net.core.somaxconn = 1\n-net.core.somaxconn\n", "net.core.* = 4096 # x\n")
	f.Add("net.ipv4.tcp_rmem = 8192\n", "net/ipv4/tcp_rmem = 1 2 x\n")
	f.Add("net.[[:alpha:]]*.x = 1\n\x00", "--net.core.somaxconn=\r1\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		s := host(t, a, b)
		keys := append(s.assigned(), "net.core.somaxconn", "net.ipv4.tcp_rmem", "net.ipv4.conf.all.rp_filter", "")
		for _, key := range keys {
			value, one := s.Value(key), s.Int(key)
			if value.Known && value.Origin.IsDefault() && value.Origin.Default == "" {
				t.Fatalf("%q: no origin", key)
			}
			if one.Known && !value.Known {
				t.Fatalf("%q: a number without a value", key)
			}
			_ = s.SystemValue(key)
		}
	})
}
