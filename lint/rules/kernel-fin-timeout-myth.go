package rules

import "github.com/tunelint/tunelint/lint"

const finTimeout = "net.ipv4.tcp_fin_timeout"

// shortFinTimeout is the value below which the setting is meant for TIME_WAIT:
// nobody shortens the wait of orphaned sockets to half its default otherwise.
const shortFinTimeout = 30

var finTimeoutMyth = &lint.Rule{
	Name:  "kernel/fin-timeout-myth",
	Title: "tcp_fin_timeout is set as if it shortened TIME_WAIT",
	Why: "tcp_fin_timeout is how long a connection that its program has closed waits in FIN_WAIT_2 for the other side. TIME_WAIT lasts 60 s " +
		"by a constant of the kernel (TCP_TIMEWAIT_LEN), so ports come free no sooner; connections kept to the upstreams, or tcp_tw_reuse, help.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Info,
	Run:      runFinTimeoutMyth,
}

func runFinTimeoutMyth(p *lint.Pass) {
	value, line := p.Host.Sysctl.Int(finTimeout), p.Host.SysctlLine(finTimeout)
	if line == nil || !value.Known || value.Value > shortFinTimeout {
		return
	}
	p.Report(line.Span, "%s %d does not shorten TIME_WAIT, which lasts 60 s", finTimeout, value.Value).
		Key(finTimeout).Label("this is about FIN_WAIT_2 only")
}
