package sysctl

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestMistaken(t *testing.T) {
	for key, want := range map[string]Mistake{
		"net.core.somaxcon":                       {"net.core.somaxconn", "", true, true},
		"net.core.Somaxconn":                      {"net.core.somaxconn", capitals, true, true},
		"NET.IPV4.TCP_FIN_TIMEOUT":                {"net.ipv4.tcp_fin_timeout", capitals, true, true},
		"net.ipv4.conf.Eth0.RP_filter":            {"net.ipv4.conf.Eth0.rp_filter", capitals, true, true},
		"/proc/sys/net/core/somaxconn":            {"net.core.somaxconn", ownPrefix, true, true},
		"proc.sys.vm.swappiness":                  {"vm.swappiness", ownPrefix, true, true},
		`"net.core.somaxconn"`:                    {"net.core.somaxconn", quoted, true, true},
		"net.ipv4/tcp_fin_timeout":                {"net.ipv4.tcp_fin_timeout", mixedUp, true, true},
		"net/ipv4.tcp_fin_timeout":                {"net.ipv4.tcp_fin_timeout", mixedUp, true, true},
		"net.ipv4.conf.eth0.100.rp_filter":        {"net.ipv4.conf.eth0/100.rp_filter", dottedName, true, true},
		"net/ipv6/neigh/br0/100.200/locktime":     {"net.ipv6.neigh.br0/100/200.locktime", dottedName, true, true},
		"tcp_fin_timeout":                         {"net.ipv4.tcp_fin_timeout", noDirectory, true, true},
		"core.somaxconn":                          {"net.core.somaxconn", noDirectory, true, true},
		"net.ipv4":                                {"", isDirectory, true, false},
		"net.ipv6.tcp_rmem":                       {"net.ipv4.tcp_rmem", notHere, true, false},
		"net.core.rp_filter":                      {},
		"net.ipv4.conf":                           {"", isDirectory, true, false},
		"net.ipv4.no_pmtu_disc":                   {"net.ipv4.ip_no_pmtu_disc", "", true, true},
		"net.ipv4.tcp-fin-timeout":                {"net.ipv4.tcp_fin_timeout", "", true, true},
		"net.ipv4.tcp_fin_timeout_sec":            {"net.ipv4.tcp_fin_timeout", "", true, true},
		"net.ipv4.tcp_keepalive":                  {},
		"net.ipv4.tcp_keepalve_itvl":              {"net.ipv4.tcp_keepalive_intvl", "", true, false},
		"net.ipv4.tcp_keepaliv_timee":             {"net.ipv4.tcp_keepalive_time", "", true, false},
		"net.ipv4.tcp_retries3":                   {},
		"net.ipv4.tcp_brand_new":                  {},
		"vm.swapiness":                            {"vm.swappiness", "", false, true},
		"fs.file_max":                             {"fs.file-max", "", false, true},
		"net.ipv4.conf.all.rp_fliter":             {"net.ipv4.conf.all.rp_filter", "", false, true},
		"net.ipv4.conf.eth0/5.accept_redirect":    {"net.ipv4.conf.eth0/5.accept_redirects", "", false, true},
		"net.ipv6.route.gc_tresh":                 {"net.ipv6.route.gc_thresh", "", false, true},
		"net.ipv6.conf.all.disabled_ipv6":         {"net.ipv6.conf.all.disable_ipv6", "", false, true},
		"net.ipv6.conf.default.disable_ipv6_addr": {"?", "", false, false},
		"net.core.somaxconn":                      {"?", "", false, false},
		"net.ipv4.conf.eth0.rp_filter":            {"?", "", false, false},
		"net.netfilter.nf_conntrack_maxx":         {"?", "", false, false},
		"net.bridge.bridge-nf-call-iptable":       {"?", "", false, false},
		"net.ipv4.vs.drop_entry":                  {"?", "", false, false},
		"sunrpc.max_resvport":                     {"?", "", false, false},
		"kernel.grsecurity.lock":                  {"?", "", false, false},
		"kernel.sched_new_knob":                   {"?", "", false, false},
		"vm.extra_free_kbytes":                    {"?", "", false, false},
		"dev.cdrom.autoclose":                     {"?", "", false, false},
		"user.max_thing":                          {"?", "", false, false},
		"vendor":                                  {"?", "", false, false},
	} {
		d := Parse(source.NewFile("/f", key+" = 1\n"))
		got, ok := d.Lines[0].Mistaken()
		if !ok {
			got.Meant = "?"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

// No key that the running kernel has is a mistake, and the table holds all of
// those in the directories it is said to hold.
func TestRunningKernelHasNoMistakes(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("/proc/sys", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		key := swap(strings.TrimPrefix(name, "/proc/sys/"))
		dir, _ := splitKey(key)
		if _, known := find(key); !known && (whole(dir) || covered(dir) && strings.HasPrefix(dir, "net.")) {
			t.Errorf("the table lacks %s", key)
		}
		l := Parse(source.NewFile("/f", spell(key)+" = 1\n")).Lines[0]
		if m, wrong := l.Mistaken(); wrong {
			t.Errorf("%s: %+v", key, m)
		}
		seen++
		return nil
	})
	if err != nil || seen < 200 {
		realpart.Lacking(t, "keys below /proc/sys")
	}
}
