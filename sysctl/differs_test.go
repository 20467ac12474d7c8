package sysctl

import "testing"

func TestDiffers(t *testing.T) {
	for _, c := range []struct {
		key, shown, written string
		want                bool
	}{
		{"net.core.somaxconn", "4096", "4096", false},
		{"net.core.somaxconn", "4096", "0x1000 # lab", false},
		{"net.core.somaxconn", "4096", "010000", false},
		{"net.core.somaxconn", "4096", "8192", true},
		{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "4096 131072 6291456", false},
		{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "4096 131072 16777216", true},
		{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "4096", false},
		{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "8192", true},
		{"net.ipv4.ip_local_port_range", "1024\t65000", "1024 65535", true},
		{"net.ipv4.ip_local_reserved_ports", "8080,9000-9010", "9000-9010,8080", false},
		{"net.ipv4.tcp_congestion_control", "cubic", "bbr", true},
		{"net.ipv4.tcp_congestion_control", "bbr", "bbr ", false},
		{"net.ipv4.tcp_rto_max_ms", "119996", "119999", false}, // HZ=250
		{"net.ipv4.tcp_rto_max_ms", "60000", "119999", true},
		{"net.netfilter.nf_conntrack_buckets", "65536", "65000", false},
		{"fs.protected_hardlinks", "1", "0", true},
		{"fs.file-max", "9223372036854775807", "2097152", true},
		{"fs.file-max", "18446744073709551615", "2097152", true},
		{"kernel.printk", "4\t4\t1\t7", "4 4 1 7", false},
		{"kernel.printk", "7\t4\t1\t7", "4 4 1 7", true},
		{"net.core.somaxconn", "", "4096", false},
		{"net.core.somaxconn", "4096", "64k", false}, // refused
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Fatalf("%s is not in the table", c.key)
		}
		if got := k.Differs(c.shown, c.written); got != c.want {
			t.Errorf("%s shows %q, written %q: %v", c.key, c.shown, c.written, got)
		}
	}
}
