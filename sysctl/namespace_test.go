package sysctl

import "testing"

func TestNamespace(t *testing.T) {
	for _, c := range []struct {
		key, kernel string
		want        Namespace
	}{
		{"vm.swappiness", "", Machine},
		{"net.core.rmem_max", "6.1", Machine},
		{"net.netfilter.nf_conntrack_max", "6.18", Machine},
		{"net.core.somaxconn", "6.1", Network},
		{"net.core.somaxconn", "", 0},
		{"net.ipv4.tcp_rmem", "4.14", Machine},
		{"net.ipv4.tcp_rmem", "4.15", Network},
		{"net.core.optmem_max", "6.1", Machine},
		{"net.core.optmem_max", "6.12", Network},
		{"net.core.optmem_max", "6.8", 0}, // about then
		{"net.core.tstamp_allow_data", "6.12", Machine},
		{"net.core.tstamp_allow_data", "6.18", Network},
		{"net.core.tstamp_allow_data", "6.15", 0},
		{"net.ipv4.neigh.eth0.gc_stale_time", "6.1", Network},
		{"kernel.shmmax", "", IPC},
		{"kernel.pid_max", "6.12", Machine},
		{"kernel.pid_max", "6.14", PID},
		{"user.max_inotify_watches", "", User},
		{"kernel.domainname", "", UTS},
		{"net.netfilter.nf_hooks_lwtunnel", "6.18", 0},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Errorf("%s is not in the table", c.key)
			continue
		}
		if got := k.Namespace(c.kernel); got != c.want {
			t.Errorf("%s on %q: %s, want %s", c.key, c.kernel, got, c.want)
		}
	}
}
