package host

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Ports are the local ports that the kernel gives to connections of the host.
type Ports struct {
	// Low and High bound them, both included.
	Low, High int64
	// Range decides the bounds, Reserved which ports in between are left alone.
	Range    source.Setting[[]int64]
	Reserved source.Setting[string]

	reserved [][2]int64
}

// EphemeralPorts returns net.ipv4.ip_local_port_range without
// net.ipv4.ip_local_reserved_ports, false where one of them cannot be told: a
// container has both for itself.
func (h *Host) EphemeralPorts() (Ports, bool) {
	p := Ports{Range: h.Sysctl.Ints("net.ipv4.ip_local_port_range"), Reserved: h.Sysctl.Value("net.ipv4.ip_local_reserved_ports")}
	known := p.Range.Known && len(p.Range.Value) == 2 && (p.Reserved.Known || len(h.Sysctl.Lines("net.ipv4.ip_local_reserved_ports")) == 0)
	if !known || h.Facts.Container.Value || h.NginxOnly {
		return p, false
	}
	p.Low, p.High = p.Range.Value[0], p.Range.Value[1]
	for part := range strings.SplitSeq(p.Reserved.Value, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			high = low
		}
		a, errA := strconv.ParseInt(low, 10, 64)
		b, errB := strconv.ParseInt(high, 10, 64)
		if errA == nil && errB == nil {
			p.reserved = append(p.reserved, [2]int64{a, b})
		}
	}
	return p, p.Low > 0 && p.Low <= p.High
}

// Count returns how many ports there are.
func (p Ports) Count() int64 {
	n := int64(0)
	for port := p.Low; port <= p.High; port++ {
		if p.Has(port) {
			n++
		}
	}
	return n
}

// Has reports whether the kernel may give a port to a connection.
func (p Ports) Has(port int64) bool {
	reserved := func(r [2]int64) bool { return port >= r[0] && port <= r[1] }
	return port >= p.Low && port <= p.High && !slices.ContainsFunc(p.reserved, reserved)
}

// A ListenPort is a TCP port that something on the host waits for connections on.
type ListenPort struct {
	Port int64
	// Who is "nginx", or the address that nginx passes requests to.
	Who  string
	Span source.Span
}

// ListenPorts returns the TCP ports that nginx listens on, and those of loopback
// addresses that it passes requests to, each once, in order.
func (h *Host) ListenPorts() []ListenPort {
	if h.Nginx == nil {
		return nil
	}
	var out []ListenPort
	add := func(address, who string, at source.Span) {
		port := portOf(address)
		if port > 0 && !slices.ContainsFunc(out, func(l ListenPort) bool { return l.Port == port }) {
			out = append(out, ListenPort{port, who, at})
		}
	}
	for _, l := range h.Nginx.Listens() {
		if !l.QUIC {
			add(l.Socket, "nginx", l.Directive.HeadSpan())
		}
	}
	for _, u := range h.Nginx.Upstreams() {
		for _, s := range u.Servers {
			if !isName(s.Address) && onLoopback(s.Address) {
				add(s.Address, s.Address, s.Directive.HeadSpan())
			}
		}
	}
	for _, r := range h.Nginx.Routes() {
		if r.Upstream == nil && !isName(r.Address) && onLoopback(r.Address) {
			add(r.Address, r.Address, r.Pass.HeadSpan())
		}
	}
	slices.SortStableFunc(out, func(a, b ListenPort) int { return int(a.Port - b.Port) })
	return out
}
