package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/sysctl"
)

var bbrWithoutQdisc = &lint.Rule{
	Name:  "kernel/bbr-without-qdisc",
	Title: "BBR is chosen on a kernel that cannot pace it",
	Why: "BBR sends at a rate of its own instead of filling a window, so somebody has to pace the packets. Before Linux 4.13 only the queueing discipline fq did: without " +
		"it BBR sends in bursts and loses what it was chosen for. Since then TCP paces by itself where the discipline does not. Before 4.9 there is no BBR, and " +
		"the line fails.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man8/tc-fq.8.html",
		"https://github.com/google/bbr/blob/master/Documentation/bbr-quick-start.md",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runBBRWithoutQdisc,
}

const (
	congestionControl = "net.ipv4.tcp_congestion_control"
	defaultQdisc      = "net.core.default_qdisc"
)

func runBBRWithoutQdisc(p *lint.Pass) {
	value, line, kernel := p.Host.Sysctl.Value(congestionControl), p.Host.OwnSysctl(congestionControl), p.Host.Facts.Kernel
	if line == nil || !value.Known || strings.TrimSpace(value.Value) != "bbr" || !kernel.Known {
		return
	}
	if sysctl.Before(kernel.Value, "4.9") {
		p.Report(line.Span, "kernel %s has no bbr", kernel.Value).Severity(lint.Warning).Key(congestionControl).
			SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
		return
	}
	qdisc := p.Host.Sysctl.Value(defaultQdisc)
	if !sysctl.Before(kernel.Value, "4.13") || !qdisc.Known || strings.TrimSpace(qdisc.Value) == "fq" {
		return
	}
	r := p.Report(line.Span, "kernel %s paces bbr with fq only, %s is %s", kernel.Value, defaultQdisc, qdisc.Value).Key(congestionControl)
	r.SeeOrigin(qdisc.Origin, "%s is %s", defaultQdisc, qdisc.Value).SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	r.SuggestUnsafe("set "+defaultQdisc+" to fq", "devices that appear from then on have another queueing discipline",
		p.Host.SetSysctl(defaultQdisc, "fq")...)
}
