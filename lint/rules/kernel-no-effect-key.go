package rules

import (
	"slices"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var noEffectKey = &lint.Rule{
	Name:  "kernel/no-effect-key",
	Title: "the kernel has the key and does not use it",
	Why: "Some keys are kept so that old files go through without an error. Whatever they are set to, the kernel does the same, " +
		"so what the line was meant to do is not done.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.Nothing("the kernel does not use the key")},
	Run:      runNoEffectKey,
}

func runNoEffectKey(p *lint.Pass) {
	kernel := oldestInUse
	if p.Host.Facts.Kernel.Known {
		kernel = p.Host.Facts.Kernel.Value
	}
	said := map[string]bool{}
	for _, d := range p.Host.Sysctl.Documents {
		for _, l := range d.Lines {
			if !l.Plain() || said[l.Key] || p.Host.IsVendor(d.File) {
				continue
			}
			said[l.Key] = true
			if k, ok := sysctl.Lookup(l.Key); ok && k.NoEffectIn(kernel) && !k.RemovedIn(kernel) && k.Access == "" {
				reportUnused(p, k, l.Key)
			}
		}
	}
}

func reportUnused(p *lint.Pass, k *sysctl.Key, key string) {
	lines := slices.DeleteFunc(p.Host.Sysctl.Lines(key), func(l *sysctl.Line) bool { return p.Host.IsVendor(l.Span.File) })
	usual, _ := k.DefaultFor(p.Host.Sysctl.Kernel)
	value := p.Host.Sysctl.Value(key)
	if p.Host.Facts.Container.Value || len(lines) == 0 || value.Known && value.Value == usual {
		return
	}
	last := lines[len(lines)-1]
	since := "no kernel uses it"
	if k.NoEffect != "always" {
		since = "no kernel since " + removal(k.NoEffect) + " uses it"
	}
	r := p.Report(last.Span, "%s has no effect, %s", key, since).Key("%s", key)
	for _, l := range lines[:len(lines)-1] {
		r.See(l.Span, "nor has this line")
	}
	if kernel := p.Host.Facts.Kernel; kernel.Known {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	} else if k.NoEffect != "always" {
		r.See(source.Span{}, "all kernels of supported distributions are newer")
	}
	r.Suggest("remove "+key, p.Host.DeleteSysctl(lines)...)
}
