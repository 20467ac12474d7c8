package sysctl

import "testing"

func TestMisread(t *testing.T) {
	for _, c := range []struct {
		key, value, want string
		ignored          bool
	}{
		{"net.core.somaxconn", "010", "the kernel reads 010 of net.core.somaxconn as 8: a leading zero makes it octal", false},
		{"net.core.somaxconn", "007", "", false},
		{"net.core.somaxconn", "4096 0", `net.core.somaxconn has one number, the kernel ignores "0"`, true},
		{"net.ipv4.tcp_rmem", "4096 131072", "net.ipv4.tcp_rmem has 3 numbers, 4096 131072 sets 2 of them: the others stay as they are", false},
		{"net.ipv4.tcp_rmem", "4096 131072 65536", "net.ipv4.tcp_rmem 4096 131072 65536 is out of order, which is minimum, default and maximum", false},
		{"net.ipv4.tcp_mem", "9 8 7", "net.ipv4.tcp_mem 9 8 7 is out of order, which is low, pressure and high", false},
		{"net.ipv4.tcp_rmem", "4096 131072 0x600000", "", false},
		{"net.core.default_qdisc", "fq extra", "", false},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Fatalf("no key %s", c.key)
		}
		if why, ignored := k.Misread(c.key, c.value); why != c.want || ignored != c.ignored {
			t.Errorf("%s = %s: %q, ignored %v", c.key, c.value, why, ignored)
		}
	}
}
