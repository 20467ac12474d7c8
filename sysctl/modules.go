package sysctl

import (
	"slices"
	"strings"
)

// A Module is a module of the kernel whose keys appear with it.
type Module struct {
	Name string
	// keys are the beginnings of its keys, brings those of the names of other modules
	// that load it too.
	keys, brings []string
}

// Modules returns the modules that sysctl files commonly set keys of
// (net/netfilter/nf_conntrack_standalone.c, net/bridge/br_netfilter_hooks.c,
// net/netfilter/ipvs/ip_vs_ctl.c) and what depends on them.
func Modules() []Module {
	return []Module{
		{"nf_conntrack", []string{"net.netfilter.nf_conntrack_", "net.nf_conntrack_max"},
			[]string{"nf_", "nft_", "xt_", "ipt_", "ip6t_", "iptable_", "ip6table_", "ip_vs", "act_ct", "openvswitch"}},
		{"br_netfilter", []string{"net.bridge.bridge-nf-"}, []string{"xt_physdev"}},
		{"ip_vs", []string{"net.ipv4.vs."}, []string{"ip_vs_"}},
	}
}

// ComesWith reports whether the module is there once another one, named with "_", is
// loaded.
func (m Module) ComesWith(name string) bool {
	return name == m.Name || slices.ContainsFunc(m.brings, func(start string) bool { return strings.HasPrefix(name, start) })
}

// LinesOf returns the lines of the boot that set a key of a module, the last one of
// each key. Lines whose failure is ignored, patterns and templates are left out.
func (s *Settings) LinesOf(m Module) []*Line {
	var out []*Line
	for _, lines := range s.ByKey() {
		l := lines[len(lines)-1]
		of := func(start string) bool { return strings.HasPrefix(l.Key, start) }
		if l.Plain() && !l.IgnoreFailure && slices.ContainsFunc(m.keys, of) {
			out = append(out, l)
		}
	}
	return out
}
