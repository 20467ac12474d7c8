package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var kernelInvalidValue = &lint.Rule{
	Name:  "kernel/invalid-value",
	Title: "the kernel does not take the value, or not as it is meant",
	Why: "The kernel reads plain numbers in decimal, octal after a leading zero and hexadecimal after 0x, split at blanks. A unit, a quote or a " +
		"comma fails the write. At boot the key then has its default even where an earlier line sets it, because systemd-sysctl only writes the last one.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/index.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
	},
	Severity: lint.Error,
	Run:      runKernelInvalidValue,
}

func runKernelInvalidValue(p *lint.Pass) {
	for _, lines := range p.Host.Sysctl.ByKey() {
		l := lines[len(lines)-1]
		k, known := sysctl.Lookup(l.Key)
		kernel := p.Host.Facts.Kernel.Value
		if !known || l.Exclude || l.Template || l.IgnoreFailure || k.AddedAfter(kernel) || k.RemovedIn(kernel) {
			continue
		}
		if _, comment := spoiledBy(l); comment || continued(p.Host.Sysctl, l) {
			continue
		}
		if verdict, why := k.Check(l.Value, kernel); verdict == sysctl.Rejected {
			reportRefused(p, k, lines, why)
			continue
		}
		reportMisread(p, k, l)
	}
}

// continued reports whether a line ends in a backslash before the rest of its value.
func continued(s *sysctl.Settings, l *sysctl.Line) bool {
	return slices.ContainsFunc(s.Documents, func(d *sysctl.Document) bool { return d.File == l.Span.File && len(d.Continued(l)) > 0 })
}

// reportRefused reports a value that fails the write.
func reportRefused(p *lint.Pass, k *sysctl.Key, lines []*sysctl.Line, why string) {
	l := lines[len(lines)-1]
	message := fmt.Sprintf("the kernel refuses %s = %s: %s", l.Key, spelling.Abbreviate(l.Value), why)
	if l.Value == "" {
		message = fmt.Sprintf("the kernel refuses an empty value for %s", l.Key)
	}
	r := p.Report(l.Span, "%s", message).Key("%s in %s", l.Key, path.Base(l.Span.File.Path))
	if k.Access == "read-only" {
		r.Severity(lint.Warning)
		return
	}
	if kernel := p.Host.Facts.Kernel; kernel.Known && strings.Contains(why, " is outside ") {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
	seeStored(r, k.Stored(l.Value, p.Host.Sysctl.Kernel))
	if len(lines) > 1 && !l.Glob && !lines[len(lines)-2].Exclude {
		before := lines[len(lines)-2]
		r.See(before.Span, "systemd-sysctl does not write this %s either, only the last line of a key", before.Value)
	}
}

// seeStored says which numbers of a refused triple are in force.
func seeStored(r *lint.Report, stored []string) {
	switch len(stored) {
	case 1:
		r.See(source.Span{}, "only the first number is in force: %s", stored[0])
	case 2:
		r.See(source.Span{}, "only the first two numbers are in force: %s", strings.Join(stored, " "))
	}
}

// reportMisread reports a value that the kernel takes for something else than it
// looks like.
func reportMisread(p *lint.Pass, k *sysctl.Key, l *sysctl.Line) {
	why, ignored := k.Misread(l.Key, l.Value)
	if why == "" {
		return
	}
	r := p.Report(l.Span, "%s", why).Severity(lint.Warning).Key("%s in %s", l.Key, path.Base(l.Span.File.Path))
	if ignored {
		r.Severity(lint.Info)
	}
}
