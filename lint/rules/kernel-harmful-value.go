package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var harmfulValue = &lint.Rule{
	Name:  "kernel/harmful-value",
	Title: "a kernel setting costs connections, throughput or memory",
	Why: "Some values are passed on from guide to guide although they take away what the kernel does better by itself: clients are turned away in a burst, " +
		"connections over a lossy network break or crawl, programs get no memory while there is some. What each of them does is said at the line.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://docs.kernel.org/admin-guide/sysctl/vm.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
		"https://www.rfc-editor.org/rfc/rfc1122#section-4.2.3.5",
	},
	Severity: lint.Warning,
	Run:      runHarmfulValue,
}

// A harm is what the values of one key up to a highest one do.
type harm struct {
	key         string
	least, most int64
	severity    lint.Severity
	// does may hold %d for a thousandth of the value; instead is "" where there is
	// nothing to add.
	does, instead string
	// loss is what goes with the line; "" where no fix is offered.
	loss string
}

// harms are settings that hurt whatever runs on the machine.
var harms = []harm{
	{"kernel.modules_disabled", 1, 1, lint.Info, "no module can be loaded any more, connection tracking and bridges among them",
		"load what is needed in /etc/modules-load.d first", ""},
	{"net.core.netdev_max_backlog", 100000, anyNumber, lint.Info, "packets may wait for a busy processor, %d ms at a million a second",
		"raise it only as far as the second column of /proc/net/softnet_stat grows", ""},
	{"net.ipv4.tcp_abort_on_overflow", 1, anyNumber, lint.Warning, "in a burst that fills the accept queue clients are reset instead of trying again after a second",
		"raise the backlog and net.core.somaxconn", "where the queue is full for long, clients are told at once"},
	{"net.ipv4.tcp_moderate_rcvbuf", 0, 0, lint.Warning, "receive buffers stay at the middle number of tcp_rmem, so uploads from afar are slow",
		"", "connections may use memory up to the third number of tcp_rmem"},
	{"net.ipv4.tcp_mtu_probing", 2, anyNumber, lint.Info, "every connection starts with segments of tcp_base_mss, 1024 bytes, lost packets or not",
		"1 does so only after losses", ""},
	{"net.ipv4.tcp_orphan_retries", 1, 1, lint.Info, "what a server has not sent when it closes is given up after one repeat",
		"0 means 8 tries", ""},
	{"net.ipv4.tcp_retries2", 0, 5, lint.Info, "a connection without acknowledgement is given up after seconds, RFC 1122 asks for 100 s, which is 8",
		"TCP_USER_TIMEOUT does so for one program", ""},
	{"net.ipv4.tcp_sack", 0, 0, lint.Warning, "where several packets are lost, one is repeated in each round trip",
		"the flaws of 2019 are mended in the kernel", "it no longer guards a kernel of before June 2019"},
	{"net.ipv4.tcp_synack_retries", 0, 1, lint.Info, "a client whose first packets are lost has three seconds to connect",
		"", ""},
	{"net.ipv4.tcp_syncookies", 0, 0, lint.Warning, "a flood of SYN packets, or a burst beyond three quarters of tcp_max_syn_backlog, keeps clients out",
		"", "cookies are sent when the queue is full, as by default"},
	{"net.ipv4.tcp_syncookies", 2, anyNumber, lint.Warning, "every connection is made with a cookie, which is meant for tests and loses options of the client",
		"1 does so only when the queue is full", "cookies are sent only when the queue is full, as by default"},
	{"net.ipv4.tcp_timestamps", 0, 0, lint.Warning, "round trips are measured badly, old segments are not told from new ones, and tcp_tw_reuse does nothing",
		"", "before kernel 4.10 peers can tell for how long the machine has run"},
	{"net.ipv4.tcp_window_scaling", 0, 0, lint.Warning, "no connection has more than 64 KiB under way: 5 Mbit/s at 100 ms",
		"", "connections may use memory up to the third numbers of tcp_rmem and tcp_wmem"},
}

// anyNumber is more than a key takes.
const anyNumber = 1 << 32

func runHarmfulValue(p *lint.Pass) {
	for _, m := range harms {
		value, line := p.Host.Sysctl.Int(m.key), p.Host.OwnSysctl(m.key)
		if line == nil || !value.Known || value.Value < m.least || value.Value > m.most {
			continue
		}
		if m.key == tcpTimestamps && reusesWithoutTimestamps(p.Host) != nil {
			continue // says it better
		}
		m.report(p, line, value.Value)
	}
	harmfulReserve(p)
	strictOvercommit(p)
	droppedCaches(p)
}

func (m harm) report(p *lint.Pass, line *sysctl.Line, value int64) {
	does := m.does
	if strings.Contains(does, "%d") {
		does = fmt.Sprintf(does, value/1000)
	}
	r := p.Report(line.Span, "%s %d: %s", m.key, value, does).Severity(m.severity).Key("%s", m.key)
	if m.instead != "" {
		r.Label("%s", m.instead)
	}
	if k, ok := sysctl.Lookup(m.key); ok && m.loss != "" {
		usual, _ := k.DefaultFor(oldestInUse)
		r.SuggestUnsafe("remove "+m.key, m.loss, deleteOnly(p.Host, m.key)...).Apply("sysctl -w " + m.key + "=" + usual)
	}
}

// deleteOnly removes the only line of a key: behind another one nobody knows what
// is wanted.
func deleteOnly(h *host.Host, key string) []source.Edit {
	lines := h.Sysctl.Lines(key)
	if len(lines) != 1 {
		return nil
	}
	return deleteLines(h, lines)
}

// reserveShare is the part of the memory, in percent, that may be kept free for the
// kernel itself.
const reserveShare = 5

// harmfulReserve reports memory that no program gets.
func harmfulReserve(p *lint.Pass) {
	const key = "vm.min_free_kbytes"
	value, line, memory := p.Host.Sysctl.Int(key), p.Host.OwnSysctl(key), p.Host.Facts.Memory
	if line == nil || !value.Known || !memory.Known || value.Value > 1<<40 || value.Value<<10 <= memory.Value/100*reserveShare {
		return
	}
	r := p.Report(line.Span, "%s %d keeps %s of %s free, programs are killed for lack of memory while it is there", key, value.Value,
		lint.FormatBytes(value.Value<<10), lint.FormatBytes(memory.Value)).Key(key)
	r.Label("more than %d%% of the memory", reserveShare).SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
}

// strictOvercommit reports memory that programs may not reserve: with mode 2 they get
// swap and a share of the memory, half by default, and fork and mmap fail beyond.
func strictOvercommit(p *lint.Pass) {
	const key = "vm.overcommit_memory"
	value, line := p.Host.Sysctl.Int(key), p.Host.OwnSysctl(key)
	ratio, sized := p.Host.Sysctl.Int("vm.overcommit_ratio"), len(p.Host.Sysctl.Lines("vm.overcommit_kbytes")) > 0
	if line == nil || !value.Known || value.Value != 2 || sized || !ratio.Known || ratio.Value > 80 {
		return
	}
	memory, swap := p.Host.Facts.Memory, p.Host.Facts.Swap
	limit := fmt.Sprintf("swap and %d%% of the memory", ratio.Value)
	severity := lint.Info
	if memory.Known && swap.Known {
		most := swap.Value + memory.Value/100*ratio.Value
		if most >= memory.Value/10*9 {
			return
		}
		limit, severity = lint.FormatBytes(most), lint.Warning
	}
	r := p.Report(line.Span, "%s 2 lets programs reserve no more than %s, beyond that fork and mmap fail", key, limit).Severity(severity).Key(key)
	r.SeeOrigin(ratio.Origin, "vm.overcommit_ratio is %d", ratio.Value)
	if severity == lint.Warning {
		r.SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value)).SeeOrigin(swap.Origin, "and %s of swap", lint.FormatBytes(swap.Value))
	}
}

// droppedCaches reports a line that is a command and no setting.
func droppedCaches(p *lint.Pass) {
	const key = "vm.drop_caches"
	lines := p.Host.Sysctl.Lines(key)
	if len(lines) == 0 || p.Host.Facts.Container.Value || p.Host.IsVendor(lines[len(lines)-1].Span.File) || lines[len(lines)-1].Template {
		return
	}
	r := p.Report(lines[len(lines)-1].Span, "%s is a command: it throws cached files away whenever the files are applied", key).Severity(lint.Info).Key(key)
	r.Label("the next answers come from the disk again").Suggest("remove "+key, deleteLines(p.Host, lines)...)
}
