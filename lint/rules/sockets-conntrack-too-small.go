package rules

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var conntrackTooSmall = &lint.Rule{
	Name:  "sockets/conntrack-too-small",
	Title: "the firewall tracks fewer connections than the declared peak has",
	Why: "A firewall that knows connections has an entry for each: the client's, and the one that nginx opens to the application, " +
		"also on the machine itself. A closed connection keeps its entry for two minutes. When nf_conntrack_max is reached packets of " +
		"new connections are dropped, of all programs: \"nf_conntrack: table full, dropping packet\".",
	Refs: []string{
		"https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runConntrackTooSmall,
}

func runConntrackTooSmall(p *lint.Pass) {
	most := p.Host.TrackMax()
	if !most.Known || most.Value < 1 {
		return
	}
	need, ok := p.Host.Tracked()
	if !ok || need.Total() <= most.Value || trackingLost(p.Host) {
		return
	}
	key, at := trackLine(p.Host)
	if at == nil || belowDefaultMends(p.Host, key, most.Value, need.Total()) {
		return
	}
	r := p.Report(at.Span, "%s is %d, at the peak %d connections are tracked (%s)", key, most.Value, need.Total(), trackSum(need)).Key("nf_conntrack_max")
	if need.Clients.Known {
		r.SeeOrigin(need.Clients.Origin, "%d clients are expected", need.Clients.Value)
	}
	if need.Closed > 0 {
		r.SeeOrigin(need.Requests.Origin, "%d requests a second are expected, each with a connection of its own to the application", need.Closed)
		r.SeeOrigin(need.Wait.Origin, "a closed connection is tracked for %d s", need.Wait.Value)
	}
	if need.Total() > 1<<28 {
		return
	}
	raised := int64(1) << bits.Len64(uint64(need.Total()*13/10))
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %d", key, raised), "every entry takes some 400 bytes of the kernel's memory",
		p.Host.SetSysctl(key, strconv.FormatInt(raised, 10))...)
}

// trackLine returns the line that decides nf_conntrack_max, under either of its
// names.
func trackLine(h *host.Host) (key string, line *sysctl.Line) {
	most := h.TrackMax()
	for _, key := range []string{"net.netfilter.nf_conntrack_max", "net.nf_conntrack_max"} {
		for _, l := range h.Sysctl.Lines(key) {
			if l.Span.Contains(most.Origin.Span) {
				return key, l
			}
		}
	}
	return "", nil
}

// trackSum writes out what is tracked.
func trackSum(t host.Tracked) string {
	var parts []string
	if t.Clients.Value > 0 {
		parts = append(parts, spelling.Count(t.Clients.Value, "client"))
	}
	if t.Behind > 0 {
		parts = append(parts, fmt.Sprintf("%d to applications", t.Behind))
	}
	if t.Closed > 0 {
		parts = append(parts, fmt.Sprintf("%d closed a second x %d s", t.Closed, t.Wait.Value))
	}
	return strings.Join(parts, " + ")
}

// trackingLost reports whether the setting is lost at boot for want of the module.
func trackingLost(h *host.Host) bool {
	for _, m := range sysctl.Modules() {
		if m.Name == "nf_conntrack" {
			loaded, known := h.BootLoads(m)
			return known && !loaded
		}
	}
	return false
}

// belowDefaultMends reports whether a value is below what the machine would have
// without a line, which is enough: kernel/below-default says so.
func belowDefaultMends(h *host.Host, key string, value, need int64) bool {
	base, ok := h.SysctlBase(key, oldestInUse)
	return ok && len(base.Numbers) > 0 && need <= base.Numbers[0] && belowDefaultSays(h, key, value)
}
