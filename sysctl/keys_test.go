package sysctl

import (
	"regexp"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"net.core.somaxconn":                             "net.core.somaxconn",
		"net.ipv4.conf.all.rp_filter":                    "net.ipv4.conf.*.rp_filter",
		"net.ipv4.conf.eth0/100.rp_filter":               "net.ipv4.conf.*.rp_filter",
		"net.ipv4.conf.*.rp_filter":                      "net.ipv4.conf.*.rp_filter",
		"net.ipv4.conf.eth*.rp_filter":                   "net.ipv4.conf.*.rp_filter",
		"net.ipv4.neigh.default.gc_thresh3":              "net.ipv4.neigh.default.gc_thresh3",
		"net.ipv6.neigh.eth0.locktime":                   "net.ipv6.neigh.*.*",
		"kernel.sched_domain.cpu0.domain0.name":          "kernel.sched_domain.*.*.*",
		"net.netfilter.nf_conntrack_sctp_timeout_closed": "net.netfilter.nf_conntrack_sctp_timeout_*",
		"net.ipv4.conf.eth0.100.rp_filter":               "",
		"net.core.somaxcon":                              "",
		"net.core":                                       "",
		"":                                               "",
		"[":                                              "",
	} {
		k, ok := Lookup(name)
		if ok != (want != "") || ok && k.Name != want {
			t.Errorf("%s: %v, want %q", name, k, want)
		}
	}
	k, _ := Lookup("net.core.somaxconn")
	k.Default = "changed"
	if k, _ := Lookup("net.core.somaxconn"); k.Default == "changed" {
		t.Error("a caller can change the table")
	}
}

func TestDefaultFor(t *testing.T) {
	for _, c := range []struct{ key, kernel, want string }{
		{"net.core.somaxconn", "6.1", "4096"},
		{"net.core.somaxconn", "5.4.0-150-generic", "4096"},
		{"net.core.somaxconn", "5.3", "128"},
		{"net.core.somaxconn", "4.18.0-553.el8_10.x86_64", "128"},
		{"net.core.somaxconn", "3.10", "128"},
		{"net.core.somaxconn", "", "?"},
		{"net.core.somaxconn", "latest", "?"},
		{"net.core.netdev_max_backlog", "", "1000"},
		{"net.core.netdev_max_backlog", "6.12", "1000"},
		{"net.core.wmem_max", "6.12", "212992"},
		{"net.core.wmem_max", "6.15", "?"},
		{"net.core.wmem_max", "6.18.44", "4194304"},
		{"net.ipv4.tcp_rmem", "4.19", "4096 87380 6291456"},
		{"net.ipv4.tcp_rmem", "6.1", "4096 131072 6291456"},
		{"net.ipv4.tcp_rmem", "7.3", "4096 131072 33554432"},
		{"net.ipv4.tcp_challenge_ack_limit", "4.6", "100"},
		{"net.ipv4.tcp_challenge_ack_limit", "5.10", "1000"},
		{"net.ipv4.tcp_challenge_ack_limit", "5.19", "?"},
		{"net.ipv4.tcp_challenge_ack_limit", "6.1", "2147483647"},
		{"net.ipv4.ip_local_reserved_ports", "6.1", ""},
		{"net.ipv4.tcp_max_syn_backlog", "6.1", "?"},
		{"fs.inotify.max_user_watches", "5.10", "8192"},
		{"fs.inotify.max_user_watches", "6.1", "?"},
		{"fs.nr_open", "6.1", "?"},
		{"net.ipv4.tcp_tw_recycle", "4.11", "0"},
		{"net.ipv4.tcp_tw_recycle", "4.12", "?"},
		{"net.ipv4.tcp_tw_recycle", "", "?"},
		{"net.ipv4.tcp_tw_reuse_delay", "6.12", "?"},
		{"net.ipv4.tcp_tw_reuse_delay", "6.14", "1000"},
		{"vm.drop_caches", "6.1", "?"},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Errorf("%s: not in the table", c.key)
			continue
		}
		got, ok := k.DefaultFor(c.kernel)
		if !ok {
			got = "?"
		}
		if got != c.want {
			t.Errorf("%s on %q: %q, want %q", c.key, c.kernel, got, c.want)
		}
	}
}

func TestKeyByRelease(t *testing.T) {
	for _, c := range []struct {
		key, kernel              string
		removed, added, noEffect bool
	}{
		{"net.ipv4.tcp_tw_recycle", "4.11", false, false, false},
		{"net.ipv4.tcp_tw_recycle", "4.12", true, false, false},
		{"net.ipv4.tcp_tw_recycle", "", false, false, false},
		{"kernel.sched_latency_ns", "5.14.0-427.el9.x86_64", true, false, false},
		{"net.ipv4.tcp_tx_skb_cache", "5.15", false, false, false}, // somewhere between 5.11 and 6.1
		{"net.ipv4.tcp_tx_skb_cache", "6.1", true, false, false},
		{"net.ipv4.rt_cache_rebuild_count", "3.10", true, false, false},
		{"net.ipv4.tcp_plb_enabled", "6.1", false, true, false},
		{"net.ipv4.tcp_plb_enabled", "6.2", false, false, false},
		{"net.ipv4.tcp_prequeue", "", false, true, false},
		{"net.ipv4.tcp_timewait_len", "6.1", false, false, false},
		{"net.ipv4.tcp_fack", "4.14", false, false, false},
		{"net.ipv4.tcp_fack", "4.15", false, false, true},
		{"net.core.warnings", "", false, false, true},
		{"net.core.somaxconn", "6.1", false, false, false},
	} {
		k, ok := Lookup(c.key)
		if !ok {
			t.Errorf("%s: not in the table", c.key)
			continue
		}
		if k.RemovedIn(c.kernel) != c.removed || k.AddedAfter(c.kernel) != c.added || k.NoEffectIn(c.kernel) != c.noEffect {
			t.Errorf("%s on %q: removed %v, added later %v, no effect %v", c.key, c.kernel, k.RemovedIn(c.kernel), k.AddedAfter(c.kernel), k.NoEffectIn(c.kernel))
		}
	}
}

func TestReleases(t *testing.T) {
	order := []string{"1.0", "2.2", "2.4", "2.6.0", "2.6.18", "2.6.39", "3.0", "3.10.0-1160.el7", "3.19", "4.0", "4.20", "5.0", "5.19", "6.0", "6.1.0-18-amd64", "6.19", "7.0", "7.3", "8.0"}
	last := earliest
	for _, s := range order {
		r, ok := parseRelease(s)
		if !ok || r <= last {
			t.Errorf("%s is not above the one before", s)
		}
		last = r
	}
	for a, b := range map[string]string{"2.6.39": "3.0", "3.19": "4.0", "4.20": "5.0", "5.19": "6.0", "6.19": "7.0"} {
		x, _ := parseRelease(a)
		if y, _ := parseRelease(b); y != x+1 {
			t.Errorf("%s does not follow %s", b, a)
		}
	}
	for _, s := range []string{"", "6", "v6.1", "six.one", "6.", ".1", "-6.1"} {
		if _, ok := parseRelease(s); ok {
			t.Errorf("%q is a release", s)
		}
	}
	if got := shortRelease("6.1.0-18-amd64"); got != "6.1" {
		t.Error(got)
	}
}

// Every row must be in the notation the head of the table describes.
func TestTable(t *testing.T) {
	patterns := map[string]string{
		"type":    `int|bool|string|range|triple|list|bitmap`,
		"limit":   `|none|(INT|UINT|LONG)_MAX/HZ|U?LONG_MAX|-?\d+|(-?\d+)?\.\.-?\d+|\d+ chars`,
		"since":   `|~?\d+(\.\d+)+|(\d+(\.\d+)+)?\.\.\d+(\.\d+)+|some|never`,
		"removed": `|~?\d+(\.\d+)+|\d+(\.\d+)+\.\.\d+(\.\d+)+|always`,
		"clause":  `|""|~?(\(.*\)|[^;()]+?)( since ~?\d+(\.\d+)+)?( through \d+\.\d+)?( before)?`,
		"access":  `|read-only|write-only`,
	}
	fits := func(kind, text string) bool {
		return regexp.MustCompile(`^(` + patterns[kind] + `)$`).MatchString(text)
	}
	seen := map[string]bool{}
	for _, k := range Keys() {
		good := fits("type", k.Type) && fits("limit", k.Min) && fits("limit", k.Max) && fits("since", k.Since) &&
			fits("removed", k.Removed) && fits("removed", k.NoEffect) && fits("access", k.Access) && k.Source != "" && !seen[k.Name]
		for _, clause := range splitClauses(k.Default) {
			good = good && fits("clause", clause)
		}
		if !good {
			t.Errorf("bad row %+v", k)
		}
		seen[k.Name] = true
		if canonical(k.Name) != k.Name {
			t.Errorf("%s is not canonical", k.Name)
		}
		if value, ok := k.DefaultFor("6.1"); ok && k.Access == "" && !strings.HasSuffix(k.Type, "map") {
			if verdict, why := k.Check(value, "6.1"); verdict == Rejected {
				t.Errorf("%s rejects its own default %q: %s", k.Name, value, why)
			}
		}
	}
	if len(seen) < 700 {
		t.Errorf("%d rows", len(seen))
	}
}
