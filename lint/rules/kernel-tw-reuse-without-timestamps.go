package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var twReuseWithoutTimestamps = &lint.Rule{
	Name:  "kernel/tw-reuse-without-timestamps",
	Title: "tcp_tw_reuse is set, but tcp_timestamps is off",
	Why: "The kernel takes a port out of TIME_WAIT for a new connection only when timestamps tell segments of the old one from those of the new one. " +
		"Without them tcp_tw_reuse changes nothing: every port stays away for 60 s, and a proxy runs out of ports as if it were not set.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.SetKernel(tcpTimestamps, "1"), lint.LoadSysctl()},
	Run:      runTWReuseWithoutTimestamps,
}

const (
	twReuse       = "net.ipv4.tcp_tw_reuse"
	tcpTimestamps = "net.ipv4.tcp_timestamps"
)

func runTWReuseWithoutTimestamps(p *lint.Pass) {
	reuse := reusesWithoutTimestamps(p.Host)
	if reuse == nil {
		return
	}
	r := p.Report(reuse.Span, "%s %s has no effect, %s is 0", twReuse, reuse.Value, tcpTimestamps).Key(twReuse)
	r.See(p.Host.SysctlLine(tcpTimestamps).Span, "timestamps are turned off here")
	r.Suggest("turn "+tcpTimestamps+" on", timestampsOn(p.Host)...)
}

// reusesWithoutTimestamps returns the administrator's line that turns tcp_tw_reuse
// on, nil unless another line turns timestamps off.
func reusesWithoutTimestamps(h *host.Host) *sysctl.Line {
	reuse, timestamps := h.Sysctl.Int(twReuse), h.Sysctl.Int(tcpTimestamps)
	if !reuse.Known || !timestamps.Known || reuse.Value == 0 || timestamps.Value != 0 {
		return nil
	}
	return h.OwnSysctl(twReuse)
}

// timestampsOn removes what turns timestamps off, which is all that was said of
// them, else sets the last line.
func timestampsOn(h *host.Host) []source.Edit {
	lines := h.Sysctl.Lines(tcpTimestamps)
	if edits := h.DeleteSysctl(lines); edits != nil {
		return edits
	}
	return h.SetSysctl(tcpTimestamps, "1")
}
