package sysctl

import "testing"

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		key, value, kernel string
		want               Verdict
	}{
		{"net.core.somaxconn", "4096", "6.1", Accepted},
		{"net.core.somaxconn", "4096 # x", "", Accepted},
		{"net.core.somaxconn", "4k", "", Rejected},
		{"net.core.somaxconn", "4096#x", "", Rejected},
		{"net.core.somaxconn", "", "", Rejected},
		{"net.core.somaxconn", "4294967295", "6.1", Rejected},
		{"net.core.somaxconn", "4294967295", "5.4", Unsure},
		{"net.core.somaxconn", "4294967295", "", Unsure},
		{"net.ipv4.tcp_fin_timeout", "-5", "6.1", Accepted},
		{"net.ipv4.tcp_fin_timeout", "8589935", "6.1", Unsure}, // depends on HZ
		{"net.ipv4.tcp_keepalive_probes", "256", "6.12", Rejected},
		{"net.ipv4.tcp_rmem", "8192", "6.1", Accepted},
		{"net.ipv4.tcp_rmem", "4096 87380 16777216 99", "6.1", Accepted},
		{"net.ipv4.tcp_rmem", "4096 87380 2147483648", "6.1", Rejected},
		{"net.ipv4.tcp_rmem", "4096, 87380, 1", "", Rejected},
		{"net.ipv4.tcp_rmem", "16777216 4096 4096", "6.1", Accepted},
		{"net.ipv4.ip_local_port_range", "1024 65535", "", Accepted},
		{"net.ipv4.ip_local_port_range", "1024", "", Accepted},
		{"net.ipv4.ip_local_port_range", "65535", "", Unsure},
		{"net.ipv4.ip_local_port_range", "60999 32768", "", Rejected},
		{"net.ipv4.ip_local_port_range", "1024-65535", "", Rejected},
		{"net.ipv4.ip_local_port_range", "1 65535", "", Unsure},
		{"net.ipv4.ip_local_reserved_ports", "8080-8090,9000", "", Accepted},
		{"net.ipv4.ip_local_reserved_ports", "", "", Accepted},
		{"net.ipv4.ip_local_reserved_ports", "8080, 9000", "", Rejected},
		{"net.ipv4.ip_local_reserved_ports", "9000-8080", "", Rejected},
		{"net.core.default_qdisc", "fq", "", Accepted},
		{"net.core.default_qdisc", "fq # x", "", Rejected},
		{"net.ipv4.tcp_congestion_control", "bbr", "", Accepted},
		{"net.ipv4.tcp_congestion_control", "bbr9", "", Unsure},
		{"kernel.core_pattern", "|/bin/x %p # y", "", Accepted},
		{"kernel.printk", "4 4 1 7", "", Accepted},
		{"net.core.rps_default_mask", "f", "", Unsure},
		{"net.ipv4.conf.eth0.rp_filter", "2", "", Accepted},
		{"net.ipv4.tcp_available_congestion_control", "bbr", "", Rejected},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Errorf("%s: not in the table", c.key)
			continue
		}
		if got, why := k.Check(c.value, c.kernel); got != c.want || (why == "") != (got == Accepted) {
			t.Errorf("%s = %q on %q: %s (%s), want %s", c.key, c.value, c.kernel, got, why, c.want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for word, want := range map[string]string{
		"0": "0", "4096": "4096", "010": "8", "0x10": "16", "0X1f": "31", "-5": "-5", "-0x5": "-5", "-0": "0",
		"18446744073709551615": "18446744073709551615", "00000000000000000031": "25",
		"": "-", "-": "-", "+1": "-", "4k": "-", "1.5": "-", "1e3": "-", "1_0": "-", "0b1": "-", "0o7": "-", "08": "-", "0x": "-", "0xg": "-",
		"18446744073709551616": "-", "000000000000000000031": "-", "--1": "-", "0x-1": "-", "0-1": "-",
	} {
		got := "-"
		if n, ok := parseNumber(word); ok {
			got = n.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// What the kernel takes for keys that are no plain number, asked of 6.18.
func TestCheckOddKeys(t *testing.T) {
	for _, c := range []struct {
		key, value string
		want       Verdict
	}{
		{"kernel.sem", "32000 1024000000 500 32000", Accepted},
		{"kernel.sem", "4294967295", Rejected},
		{"kernel.sem", "32000 x", Rejected},
		{"kernel.sem_next_id", "-1", Unsure},
		{"kernel.sem_next_id", "-2", Rejected},
		{"kernel.sem_next_id", "0", Accepted},
		{"net.ipv6.conf.lo.addr_gen_mode", "1", Accepted},
		{"net.ipv6.conf.lo.addr_gen_mode", "2", Unsure}, // needs a secret
		{"net.ipv6.conf.lo.addr_gen_mode", "4", Rejected},
		{"user.max_cgroup_namespaces", "-1", Rejected},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Fatal(c.key)
		}
		if got, why := k.Check(c.value, "6.18"); got != c.want {
			t.Errorf("%s = %s: %s (%s), want %s", c.key, c.value, got, why, c.want)
		}
	}
}
