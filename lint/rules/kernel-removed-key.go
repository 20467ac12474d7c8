package rules

import (
	"fmt"
	"path"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var removedKey = &lint.Rule{
	Name:  "kernel/removed-key",
	Title: "the kernel no longer has this key",
	Why: "A key that the kernel has removed is passed over at boot with a line in the journal, so what it was meant to do is not done. " +
		"A script that runs \"sysctl -p\" on the file fails at this line.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.Nothing("the kernel does not have the key")},
	Run:      runRemovedKey,
}

// oldestInUse is the oldest kernel of a supported distribution: what it lacks is
// gone wherever the kernel is not declared.
const oldestInUse = "4.18"

func runRemovedKey(p *lint.Pass) {
	gone := func(l *sysctl.Line) bool { return l.Plain() && !l.IgnoreFailure && isGone(p.Host, l.Key) }
	for _, d := range p.Host.Sysctl.Documents {
		if p.Host.IsVendor(d.File) { // made for the kernels of several releases
			continue
		}
		for _, lines := range d.ByKey(gone) {
			reportRemoved(p, lines)
		}
	}
}

// isGone reports whether the kernel has a key no longer.
func isGone(h *host.Host, key string) bool {
	kernel := oldestInUse
	if h.Facts.Kernel.Known {
		kernel = h.Facts.Kernel.Value
	}
	k, ok := sysctl.Lookup(key)
	return ok && k.RemovedIn(kernel)
}

// reportRemoved reports the lines of one file that assign one key.
func reportRemoved(p *lint.Pass, lines []*sysctl.Line) {
	first, kernel := lines[0], p.Host.Facts.Kernel
	key, _ := sysctl.Lookup(first.Key)
	message := fmt.Sprintf("no kernel since %s has %s", removal(key.Removed), first.Key)
	if kernel.Known {
		message = fmt.Sprintf("kernel %s does not have %s, no kernel since %s does", kernel.Value, first.Key, removal(key.Removed))
	}
	r := p.Report(first.Span, "%s", message).Key("%s in %s", first.Key, path.Base(first.Span.File.Path))
	for _, l := range lines[1:] {
		r.See(l.Span, "set again here")
	}
	if kernel.Known {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
	if name, ok := strings.CutPrefix(key.Danger, "Renamed; use "); ok {
		_, rest, _ := strings.Cut(key.Name, "*")
		part := strings.TrimSuffix(strings.TrimPrefix(first.Key, strings.TrimSuffix(key.Name, "*"+rest)), rest)
		r.See(source.Span{}, "the key is called %s now", strings.Replace(name, "*", part, 1))
	}
	r.Suggest("remove "+first.Key, p.Host.DeleteSysctl(lines)...)
}

// removal writes the release that removed a key for people; where the table
// gives two, the one that surely lacks it.
func removal(s string) string {
	if _, by, ok := strings.Cut(s, ".."); ok {
		return by
	}
	if about, ok := strings.CutPrefix(s, "~"); ok {
		return "about " + about
	}
	return s
}
