package rules

import (
	"fmt"
	"path"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var unknownKey = &lint.Rule{
	Name:  "kernel/unknown-key",
	Title: "the kernel has no key of this name",
	Why: "systemd-sysctl passes over a key that does not exist with a line in the journal, \"sysctl --system\" without a word, so nobody " +
		"notices that the setting is not there. Only \"sysctl -p\" on the file fails.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://docs.kernel.org/admin-guide/sysctl/index.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Reveals:  []string{"kernel/*", "sockets/*", "files/*", "memory/*", "timeouts/*"},
	Run:      runUnknownKey,
}

func runUnknownKey(p *lint.Pass) {
	for _, d := range p.Host.Sysctl.Documents {
		var strange [][]*sysctl.Line // keys of which nobody can tell what was meant
		for _, lines := range d.ByKey(func(l *sysctl.Line) bool { return l.Plain() && !l.IgnoreFailure && !p.Host.HasKey(l.Key) }) {
			m, ok := lines[0].Mistaken()
			if !m.Certain && p.Host.IsVendor(d.File) { // made for the kernels of several releases, and for patched ones
				continue
			}
			switch {
			case ok && m == sysctl.Mistake{}:
				strange = append(strange, lines)
				continue
			case ok:
				reportMistaken(p, lines, m)
				continue
			}
			if k, ok := sysctl.Lookup(lines[0].Key); ok && k.AddedAfter(p.Host.Facts.Kernel.Value) {
				reportTooNew(p, lines, k)
			}
		}
		reportStrange(p, d, strange)
	}
}

// reportStrange reports keys that resemble none: each for itself, or all of a file
// in one where they are so many that it is hardly a sysctl file for this kernel.
func reportStrange(p *lint.Pass, d *sysctl.Document, strange [][]*sysctl.Line) {
	if len(strange) <= lint.ShownPlaces {
		for _, lines := range strange {
			reportMistaken(p, lines, sysctl.Mistake{})
		}
		return
	}
	var places []source.Span
	for _, lines := range strange[1:] {
		places = append(places, lines[0].Span)
	}
	first := strange[0][0]
	p.Report(first.Span, "no known kernel has %d keys of this file, %s among them", len(strange), first.Key).Severity(lint.Warning).
		Key("%s", path.Base(d.File.Path)).SeeAll(places, "nor this one")
}

// reportMistaken reports the lines of one file that assign a key which is none.
func reportMistaken(p *lint.Pass, lines []*sysctl.Line, m sysctl.Mistake) {
	first := lines[0]
	message := "no kernel has " + first.Key
	if !m.Certain {
		message = "no known kernel has " + first.Key
	}
	if m.Why != "" {
		message += ": " + m.Why
	}
	if m.Meant != "" {
		message += fmt.Sprintf(", did you mean %q?", m.Meant)
	}
	r := p.Report(first.Span, "%s", message).Key("%s in %s", first.Key, path.Base(first.Span.File.Path))
	for _, l := range lines[1:] {
		r.See(l.Span, "set again here")
	}
	if !m.Certain {
		r.Severity(lint.Warning)
	}
	set := p.Host.Sysctl.Lines(m.Meant)
	if m.Meant != "" && len(set) > 0 {
		r.See(set[len(set)-1].Span, "%s is set here", m.Meant)
		return
	}
	if len(lines) == 1 && m.Slip && sysctl.Takes(m.Meant, first.Value, p.Host.Facts.Kernel.Value) && p.Host.OwnsLines(lines...) {
		r.Suggest("write "+m.Meant, first.SetKey(m.Meant))
	}
}

// reportTooNew reports the lines of one file that assign a key which came later
// than the kernel. It is a warning: vendors carry keys back.
func reportTooNew(p *lint.Pass, lines []*sysctl.Line, k *sysctl.Key) {
	first, kernel := lines[0], p.Host.Facts.Kernel
	message := fmt.Sprintf("no kernel has had %s", first.Key)
	if k.Since != "never" {
		message = fmt.Sprintf("kernel %s does not have %s, which came with %s", kernel.Value, first.Key, removal(k.Since))
	}
	r := p.Report(first.Span, "%s", message).Severity(lint.Warning).Key("%s in %s", first.Key, path.Base(first.Span.File.Path))
	for _, l := range lines[1:] {
		r.See(l.Span, "set again here")
	}
	if k.Since != "never" {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
}
