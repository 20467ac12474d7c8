package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var loadersDisagree = &lint.Rule{
	Name:  "kernel/loaders-disagree",
	Title: "a boot and \"sysctl --system\" end with different values",
	Why: "systemd-sysctl applies /etc/sysctl.conf at the place of the link to it, 99-sysctl.conf as a rule; \"sysctl --system\" reads it once more " +
		"at the very end. Where a file whose name comes after the link sets the same key, the value that somebody saw after \"sysctl --system\" is gone with the next boot.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://man7.org/linux/man-pages/man8/sysctl.8.html",
	},
	Severity: lint.Warning,
	Run:      runLoadersDisagree,
}

func runLoadersDisagree(p *lint.Pass) {
	for _, lines := range p.Host.Sysctl.ByKey() {
		l := manualWinner(p.Host, lines)
		if l == nil {
			continue
		}
		boot := p.Host.Sysctl.Value(l.Key)
		p.Report(l.Span, "\"sysctl --system\" ends with %s = %s, a boot with %s", l.Key, l.Value, boot.Value).Key("%s", l.Key).
			SeeOrigin(boot.Origin, "systemd-sysctl applies this last")
	}
}

// manualWinner returns the line with which "sysctl --system" ends where a boot ends
// with another value; nil where both agree, or where that is not known.
func manualWinner(h *host.Host, lines []*sysctl.Line) *sysctl.Line {
	if len(lines) < 2 {
		return nil // both end with the one line there is
	}
	key := lines[0].Key
	boot, manual := h.Sysctl.Value(key), h.Sysctl.SystemValue(key)
	if !boot.Known || !manual.Known || slices.Equal(strings.Fields(boot.Value), strings.Fields(manual.Value)) {
		return nil
	}
	for _, l := range lines {
		if holdsSetting(l, manual.Origin) {
			return l
		}
	}
	return nil // a file that no boot reads, which is a matter of its own
}

func holdsSetting(l *sysctl.Line, o source.Origin) bool {
	return o.Span.IsValid() && l.Span.Contains(o.Span)
}
