package rules

import (
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

func runModuleNotLoadedAtBoot(p *lint.Pass) {
	for _, m := range sysctl.Modules() {
		lines := p.Host.Sysctl.LinesOf(m)
		loaded, known := p.Host.BootLoads(m)
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

func reportModuleMissing(p *lint.Pass, m sysctl.Module, lines []*sysctl.Line) {
	var rest []source.Span
	for _, l := range lines[1:] {
		rest = append(rest, l.Span)
	}
	p.Report(lines[0].Span, "no file loads %s before this is applied at boot, so %s keeps its default", m.Name, lines[0].Key).
		Key("%s", m.Name).
		Label("name %s in a file of /etc/modules-load.d", m.Name).
		SeeAll(rest, "lost as well")
}
