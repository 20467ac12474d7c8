package rules

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var keepaliveTriple = &lint.Rule{
	Name:  "kernel/keepalive-triple",
	Title: "probes of a silent connection end too soon or too late",
	Why: "After the first probe that nobody answers the kernel sends tcp_keepalive_probes of them, tcp_keepalive_intvl seconds apart, and then resets the connection. " +
		"Phones lose their network for half a minute in a tunnel, and come back. Beyond the eleven minutes of the defaults a dead connection takes a descriptor " +
		"and memory that long for nothing.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runKeepaliveTriple,
}

const (
	keepaliveIntvl  = "net.ipv4.tcp_keepalive_intvl"
	keepaliveProbes = "net.ipv4.tcp_keepalive_probes"
	// shortestProbing is the gap of a mobile network that a connection should outlive,
	// usualProbing what the defaults make, 9 x 75 s.
	shortestProbing = 30
	usualProbing    = 675
)

func runKeepaliveTriple(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	every, count := p.Host.Sysctl.Int(keepaliveIntvl), p.Host.Sysctl.Int(keepaliveProbes)
	var lines []*sysctl.Line
	for _, key := range []string{keepaliveIntvl, keepaliveProbes} {
		if line := p.Host.OwnSysctl(key); line != nil {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 || !every.Known || !count.Known || every.Value < 1 || count.Value < 1 || every.Value > 1<<16 || count.Value > 127 {
		return
	}
	total := every.Value * count.Value
	probed, upstreams := p.Host.ProbedBySysctl()
	what := "%d x %d s of probes give up after %s, a phone without network for as long is cut off"
	if total > usualProbing {
		probed, what = append(probed, upstreams...), "%d x %d s of probes give up after %s, so long a dead connection stays"
	}
	if len(probed) == 0 || total >= shortestProbing && total <= usualProbing {
		return
	}
	r := p.Report(lines[0].Span, what, count.Value, every.Value, nginxconf.FormatTime(time.Duration(total)*time.Second)).Key("net.ipv4.tcp_keepalive_*")
	for _, s := range []struct {
		key   string
		value source.Setting[int64]
	}{{keepaliveIntvl, every}, {keepaliveProbes, count}} {
		if !lines[0].Span.Contains(s.value.Origin.Span) || s.value.Origin.IsDefault() {
			r.SeeOrigin(s.value.Origin, "%s is %d", s.key, s.value.Value)
		}
	}
	r.SeeAll(probed, "connections are probed so")
	suggestProbing(p, r, count.Value, total, lines)
}

// backToDefault returns what gives the running kernel the default of a key that no
// file sets any more.
func backToDefault(key string) lint.Command {
	if k, ok := sysctl.Lookup(key); ok {
		if usual, ok := k.DefaultFor(oldestInUse); ok {
			return lint.SetKernel(key, usual)
		}
	}
	return lint.Boot(key)
}

// suggestProbing sends probes less often, or as often as by default.
func suggestProbing(p *lint.Pass, r *lint.Report, count, total int64, lines []*sysctl.Line) {
	if total > usualProbing {
		var edits []source.Edit
		var commands []lint.Command
		for _, l := range lines {
			one := p.Host.DeleteOnlySysctl(l.Key)
			if one == nil {
				return
			}
			edits = append(edits, one...)
			commands = append(commands, backToDefault(l.Key))
		}
		r.Apply(commands...).SuggestUnsafe("probe as by default", "a peer that is away for longer than 11m15s is disconnected", edits...)
		return
	}
	wanted := strconv.FormatInt((shortestProbing+count-1)/count, 10)
	if slices.Contains(lines, p.Host.SysctlLine(keepaliveIntvl)) {
		r.SuggestUnsafe(fmt.Sprintf("set %s to %s", keepaliveIntvl, wanted), "a dead connection is noticed later",
			p.Host.SetSysctl(keepaliveIntvl, wanted)...)
	}
}
