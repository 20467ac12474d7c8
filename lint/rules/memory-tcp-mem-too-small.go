package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var tcpMemTooSmall = &lint.Rule{
	Name:  "memory/tcp-mem-too-small",
	Title: "all TCP connections together get little memory",
	Why: "net.ipv4.tcp_mem limits the buffers of all connections of the machine, in pages of 4 KiB. From the second number on the kernel shrinks windows, at the third " +
		"it drops what arrives and kills closing connections (\"TCP: out of memory\"). It starts with a tenth of the memory at the third; guides give " +
		"numbers for machines of another size, or in bytes.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.Boot(tcpMem)},
	Run:      runTCPMemTooSmall,
}

const (
	tcpMem    = "net.ipv4.tcp_mem"
	pageBytes = 4096
	// farBelowDefault is how many times less than the default is no question of taste.
	farBelowDefault = 4
)

func runTCPMemTooSmall(p *lint.Pass) {
	value, line := p.Host.Sysctl.Ints(tcpMem), p.Host.OwnSysctl(tcpMem)
	base, ok := p.Host.SysctlBase(tcpMem, oldestInUse)
	if line == nil || !ok || !value.Known || len(value.Value) != 3 || len(base.Numbers) != 3 || !base.Origin.IsDefault() {
		return
	}
	has, least := value.Value[2], base.Numbers[2]
	severity, what := lint.Error, "%s drops packets of all connections beyond %d pages, %s, the kernel starts with at least %s"
	if pressure := value.Value[1]; has >= least/farBelowDefault {
		has, least = pressure, base.Numbers[1]
		severity, what = lint.Warning, "%s shrinks windows of all connections from %d pages on, %s, the kernel starts with at least %s"
	}
	if has < 0 || has >= least/farBelowDefault {
		return
	}
	memory := p.Host.Facts.Memory
	if !memory.Known {
		severity = lint.Warning
	}
	r := p.Report(line.Span, what, tcpMem, has, pagesText(has), pagesText(least)).Severity(severity).Key(tcpMem)
	r.Label("in pages of 4 KiB")
	if memory.Known {
		r.SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	} else {
		r.See(source.Span{}, "with 1 GiB of memory")
	}
	r.Suggest("remove "+tcpMem, p.Host.DeleteOnlySysctl(tcpMem)...)
}

// pagesText writes a number of pages in bytes.
func pagesText(pages int64) string {
	return lint.FormatBytes(min(max(pages, 0), 1<<50) * pageBytes)
}
