package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var moduleNotLoadedAtBoot = &lint.Rule{
	Name:  "kernel/module-not-loaded-at-boot",
	Title: "keys of a kernel module are set before the module is there",
	Why: "The keys of a module appear with it. systemd-sysctl runs early in the boot, after systemd-modules-load and before every firewall and " +
		"container runtime, and passes over keys that are not there yet: the values are lost, and whatever loads the module later starts with its defaults.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://www.freedesktop.org/software/systemd/man/latest/modules-load.d.html",
		"https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
	},
	Severity: lint.Warning,
	Run:      runModuleNotLoadedAtBoot,
}

// A keyModule is a module with its keys, and the beginnings of the names of other
// modules that bring it along.
type keyModule struct {
	name   string
	keys   []string
	brings []string
}

// keyModules returns the modules that sysctl files commonly set keys of
// (net/netfilter/nf_conntrack_standalone.c, net/bridge/br_netfilter_hooks.c,
// net/netfilter/ipvs/ip_vs_ctl.c) and what depends on them.
func keyModules() []keyModule {
	return []keyModule{
		{"nf_conntrack", []string{"net.netfilter.nf_conntrack_", "net.nf_conntrack_max"},
			[]string{"nf_", "nft_", "xt_", "ipt_", "ip6t_", "iptable_", "ip6table_", "ip_vs", "act_ct", "openvswitch"}},
		{"br_netfilter", []string{"net.bridge.bridge-nf-"}, []string{"xt_physdev"}},
		{"ip_vs", []string{"net.ipv4.vs."}, []string{"ip_vs_"}},
	}
}

func runModuleNotLoadedAtBoot(p *lint.Pass) {
	for _, m := range keyModules() {
		lines := moduleLines(p.Host.Sysctl, m)
		loaded, known := m.loaded(p.Host)
		if len(lines) == 0 || loaded {
			continue
		}
		if !known {
			p.Skip(lines[0].Span, "which modules the boot loads is not known: the host's files do not show its kernel or /etc/modules-load.d")
			continue
		}
		reportModuleMissing(p, m, lines)
	}
}

// loaded reports whether the boot loads the module before it applies sysctl files;
// known is false where the files do not show what it loads.
func (m keyModule) loaded(h *host.Host) (loaded, known bool) {
	loads := func(name string) bool {
		return name == m.name || slices.ContainsFunc(m.brings, func(start string) bool { return strings.HasPrefix(name, start) })
	}
	modules, known := h.BootModules()
	return slices.ContainsFunc(modules, loads) || known && h.ModuleArranged(m.name), known
}

// moduleLines returns the lines of the boot that set a key of a module, the first
// of each key.
func moduleLines(s *sysctl.Settings, m keyModule) []*sysctl.Line {
	var out []*sysctl.Line
	for _, lines := range lastLines(s) {
		l := lines[len(lines)-1]
		of := func(start string) bool { return strings.HasPrefix(l.Key, start) }
		if isAssignment(l) && !l.IgnoreFailure && slices.ContainsFunc(m.keys, of) {
			out = append(out, l)
		}
	}
	return out
}

func reportModuleMissing(p *lint.Pass, m keyModule, lines []*sysctl.Line) {
	var rest []source.Span
	for _, l := range lines[1:] {
		rest = append(rest, l.Span)
	}
	p.Report(lines[0].Span, "no file loads %s before this is applied at boot, so %s keeps its default", m.name, lines[0].Key).
		Key("%s", m.name).
		Label("name %s in a file of /etc/modules-load.d", m.name).
		SeeAll(rest, "lost as well")
}
