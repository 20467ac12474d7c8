package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var socketBuffersTooLarge = &lint.Rule{
	Name:  "memory/socket-buffers-too-large",
	Title: "buffers of all connections at once would take much of the memory",
	Why: "Every connection may fill the second numbers of tcp_rmem and tcp_wmem, in bytes, and all together may fill what tcp_mem says, in pages. " +
		"Guides for one fast connection raise all of them, though only the third numbers let one connection grow; the second ones count for each " +
		"from its start. With many slow clients the kernel then shrinks windows and drops packets of all, or runs out of memory where tcp_mem is raised as well.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runSocketBuffersTooLarge,
}

// socketShare is the part of the memory, in percent, that buffers of connections may
// take at the peak.
const socketShare = 25

func runSocketBuffersTooLarge(p *lint.Pass) {
	memory := p.Host.Facts.Memory
	if !memory.Known || memory.Value < 1 {
		return
	}
	limitlessTCPMem(p)
	peak := p.Host.Facts.Workload.PeakConnections
	if !peak.Known {
		return
	}
	receive, send := bufferOf(p, "net.ipv4.tcp_rmem"), bufferOf(p, "net.ipv4.tcp_wmem")
	if !receive.known || !send.known || receive.line == nil && send.line == nil {
		return
	}
	each := receive.middle + send.middle
	share := memory.Value / 100 * socketShare
	if each < 1 || each > 1<<32 || int64(peak.Value)*each <= share {
		return
	}
	// Where the kernel's own sizes are too large as well, lines that hardly raise
	// them are not what to change.
	if usual := receive.usual + send.usual; each < 2*usual && int64(peak.Value)*usual > share {
		return
	}
	at := receive
	if receive.line == nil || send.line != nil && send.middle > receive.middle {
		at = send
	}
	r := p.Report(at.line.Span, "%d connections may fill %s (%s + %s each), more than %d%% of %s", peak.Value, lint.FormatBytes(int64(peak.Value)*each),
		lint.FormatBytes(receive.middle), lint.FormatBytes(send.middle), socketShare, lint.FormatBytes(memory.Value)).Key("tcp_rmem and tcp_wmem")
	for _, b := range []socketBuffer{receive, send} {
		if b.line != at.line {
			r.SeeOrigin(b.origin, "the second number of %s is %d", b.key, b.middle)
		}
	}
	r.SeeOrigin(peak.Origin, "at the peak there are %d connections", peak.Value).SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	r.SuggestUnsafe("start with the kernel's own sizes", "fast connections take a few round trips longer to grow", append(receive.lower(p.Host), send.lower(p.Host)...)...)
}

// A socketBuffer is one of tcp_rmem and tcp_wmem.
type socketBuffer struct {
	key           string
	known         bool
	middle, usual int64
	// line is the administrator's, nil where the middle is no larger than usual.
	line   *sysctl.Line
	origin source.Origin
}

func bufferOf(p *lint.Pass, key string) socketBuffer {
	value := p.Host.Sysctl.Ints(key)
	base, ok := p.Host.SysctlBase(key, oldestInUse)
	b := socketBuffer{key: key, known: ok && value.Known && len(value.Value) == 3 && len(base.Numbers) == 3}
	if !b.known && ok && len(p.Host.Sysctl.Lines(key)) == 0 && len(base.Numbers) == 3 { // a default that differs by release
		b.known, value = true, source.Known(base.Numbers, source.Origin{Default: "kernel default", Assumed: true})
	}
	if !b.known {
		return b
	}
	b.middle, b.usual, b.origin = value.Value[1], base.Numbers[1], value.Origin
	if line := p.Host.OwnSysctl(key); line != nil && b.middle > b.usual {
		b.line = line
	}
	return b
}

// lower sets the middle number to the usual one, on a line that no other overrules.
func (b socketBuffer) lower(h *host.Host) []source.Edit {
	if b.line == nil || len(h.Sysctl.Lines(b.key)) != 1 || len(b.line.Numbers()) != 3 {
		return nil
	}
	return b.line.SetNumber(1, b.usual)
}

// limitlessTCPMem reports a limit of pages that is more than there are: bytes, most
// likely.
func limitlessTCPMem(p *lint.Pass) {
	value, line, memory := p.Host.Sysctl.Ints(tcpMem), p.Host.OwnSysctl(tcpMem), p.Host.Facts.Memory
	if line == nil || !value.Known || len(value.Value) != 3 || value.Value[2] <= memory.Value/pageBytes {
		return
	}
	most := value.Value[2]
	r := p.Report(line.Span, "%s lets buffers grow to %d pages, %s, the machine has %s", tcpMem, most, pagesText(most), lint.FormatBytes(memory.Value)).Key(tcpMem)
	r.Label("in pages of 4 KiB: this is no limit").SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	r.Apply(lint.Boot(tcpMem)).SuggestUnsafe("remove "+tcpMem, "the kernel limits the buffers of all connections to a tenth of the memory", p.Host.DeleteOnlySysctl(tcpMem)...)
}
