package rules

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

const (
	synBacklog = "net.ipv4.tcp_max_syn_backlog"
	synCookies = "net.ipv4.tcp_syncookies"
)

var synBacklogBelowListen = &lint.Rule{
	Name:  "sockets/syn-backlog-below-listen",
	Title: "tcp_max_syn_backlog is below the accept queues, or has no effect",
	Why: "While a connection is being made it stands in the queue of its socket, which takes as many as the accept queue. With SYN cookies, " +
		"as by default, that is the only limit, and tcp_max_syn_backlog is not looked at. Without them the kernel drops every SYN of " +
		"a client it does not know once three quarters of tcp_max_syn_backlog stand there, however long the accept queue is: " +
		"the client tries again a second later.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runSynBacklogBelowListen,
}

func runSynBacklogBelowListen(p *lint.Pass) {
	cookies, most := p.Host.Sysctl.Int(synCookies), p.Host.Sysctl.Int(synBacklog)
	if p.Host.Nginx == nil || p.Host.Facts.Container.Value || !cookies.Known {
		return
	}
	if cookies.Value != 0 {
		synBacklogUnused(p, cookies, most)
		return
	}
	asks, length, ok := p.Host.LongestQueue()
	switch {
	case !ok:
		return
	case !most.Known:
		if line := p.Host.SysctlLine(synCookies); line != nil {
			p.Skip(line.Span, synBacklog+" is not known: its default depends on the memory")
		}
		return
	case synPlaces(most.Value) > length:
		return
	}
	line := p.Host.SysctlLine(synBacklog)
	if line == nil {
		return
	}
	r := p.Report(line.Span, "%s %d takes %d connections without SYN cookies, the queue of %s %d",
		synBacklog, most.Value, synPlaces(most.Value), asks.Who, length+1).Key(synBacklog)
	r.SeeOrigin(cookies.Origin, "%s is 0", synCookies)
	r.See(asks.Span, "%s", queueSource(asks))
	if length < asks.Value {
		r.SeeOrigin(asks.Limit.Origin, "%s is %d", somaxconn, asks.Limit.Value)
	}
	raised := int64(1) << bits.Len64(uint64(length*4/3))
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %d", synBacklog, raised), "a flood of SYNs takes more memory, some 320 bytes each",
		p.Host.SetSysctl(synBacklog, strconv.FormatInt(raised, 10))...)
}

// synPlaces is how many connections tcp_max_syn_backlog lets stand in a socket's
// queue: a SYN is dropped when less than a quarter is free (tcp_conn_request in
// net/ipv4/tcp_input.c).
func synPlaces(most int64) int64 { return most - most/4 + 1 }

// queueSource says what decides the length of a queue.
func queueSource(b host.Backlog) string {
	if b.App != nil {
		return fmt.Sprintf("%s asks for %d", b.Who, b.Value)
	}
	return fmt.Sprintf("nginx asks for %d", b.Value)
}

// synBacklogUnused reports a value that SYN cookies leave without a meaning, as in
// every kernel since 4.4 (net/ipv4/inet_connection_sock.h, inet_csk_reqsk_queue_is_full).
func synBacklogUnused(p *lint.Pass, cookies, most source.Setting[int64]) {
	line := p.Host.OwnSysctl(synBacklog)
	if line == nil || !most.Known || sysctl.Older(p.Host.Sysctl.Kernel, "4.4") {
		return
	}
	r := p.Report(line.Span, "%s %d has no effect while %s is %d", synBacklog, most.Value, synCookies, cookies.Value).
		Severity(lint.Info).Key(synBacklog).Label("the accept queue is the only limit").
		SeeOrigin(cookies.Origin, "%s is %d", synCookies, cookies.Value)
	r.Apply(lint.Nothing("the running value stays, and counts as little"))
	r.SuggestUnsafe("remove "+synBacklog, "without SYN cookies it would count again", p.Host.DeleteOnlySysctl(synBacklog)...)
}
