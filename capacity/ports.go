package capacity

import (
	"fmt"
	"math"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A PortBudget is the local ports that connections to one address take.
type PortBudget struct {
	Budget
	Target *host.Target
	// Address gets the largest share of the target's connections, and Ports are
	// those that its connections may have.
	Address string
	Ports   host.Ports
	// Bind is the proxy_bind that gives all of them one local address; nil where the
	// kernel chooses it.
	Bind *nginxconf.Directive
	// Rate is the declared number of requests a second, Each how many connections
	// nginx opens for them in a second and Hold how long the port of each stays taken.
	Rate source.Setting[int]
	Each int64
	Hold time.Duration
	// WebSockets reports that every client of the peak keeps a connection.
	WebSockets bool

	part, whole int64
}

// The terms of a [PortBudget].
const (
	PortsOpen   = "open at once"
	PortsClosed = "closed by nginx"
)

// portShare is how much of the ports may be taken, in fifths: the kernel searches
// long for the last ones (net/ipv4/inet_hashtables.c).
const portShare = 4

// PortsOf returns a budget for every place that nginx passes http requests to
// over a network, by the address that gets most of them. Where there are several,
// each counts as if it got all requests. It is empty where the ports or the places
// cannot be told.
func PortsOf(on *host.Host) []*PortBudget {
	h := sums{on}
	ports, ok := h.EphemeralPorts()
	targets, known := h.Targets()
	if !ok || !known {
		return nil
	}
	var out []*PortBudget
	for _, t := range targets {
		address, part, whole, ok := t.Share()
		if !ok || len(t.Routes) == 0 {
			continue
		}
		bind := t.Routes[0].Scope.Effective(t.Routes[0].Module + "_bind")
		if local, port := host.LocalBind(bind); port != "" || bind.Directive() != nil && bind.First() != "off" && local == "" {
			continue
		}
		b := &PortBudget{Target: t, Address: address, Ports: ports, part: part, whole: whole, Rate: h.Facts.Workload.PeakRPS}
		if bind.Directive() != nil && bind.First() != "off" {
			b.Bind = bind.Directive()
		}
		b.Budget = Budget{Kind: LocalPorts, Of: address, Limit: portLimit(ports)}
		b.Terms = []Term{h.openPorts(b), h.closedPorts(b)}
		if b.Hold > 0 && b.Hold < time.Minute {
			b.Notes = append(b.Notes, "TIME_WAIT lasts 60s all the same: tcp_tw_reuse lets its ports be taken again before")
		}
		if len(targets) > 1 {
			b.spread()
		}
		out = append(out, b)
	}
	return out
}

// portBudgets returns the budgets of [PortsOf]. Where they cannot be told
// although nginx passes requests on, one says why.
func (h sums) portBudgets() []*Budget {
	var out []*Budget
	for _, b := range PortsOf(h.Host) {
		out = append(out, &b.Budget)
	}
	if _, ok := h.EphemeralPorts(); !ok && len(out) == 0 && len(h.Nginx.Routes()) > 0 {
		limit := Term{Name: "net.ipv4.ip_local_port_range", Why: "the kernel's version is not declared, or a file cannot be read"}
		if h.Facts.Container.Value {
			limit.Why = "a container has ports of its own"
		}
		out = append(out, &Budget{Kind: LocalPorts, Limit: limit})
	}
	return out
}

// limit is what may be taken of the ports.
func portLimit(p host.Ports) Term {
	t := Term{Name: "net.ipv4.ip_local_port_range", How: fmt.Sprintf("4/5 of %d: the last ones take long to find", p.Count())}
	t.Figure = source.Known(p.Count()/5*portShare, p.Range.Origin)
	if p.Reserved.Known && !p.Reserved.Origin.IsDefault() {
		t.Also = []Factor{{"net.ipv4.ip_local_reserved_ports", p.Reserved.Origin}}
	}
	return t
}

// spread marks what is only known for all targets together.
func (b *PortBudget) spread() {
	for i := range b.Terms {
		b.Terms[i].AtMost = true
	}
	b.Notes = append(b.Notes, "how the workload is spread over several targets is not declared: as if all of it came here")
}

// share is the part of a number that goes to the address, rounded up.
func (b *PortBudget) share(all int64) int64 { return (host.Times(all, b.part) + b.whole - 1) / b.whole }

// openPorts counts connections that are open at once: one for each WebSocket, else
// one for each request in flight.
func (h sums) openPorts(b *PortBudget) Term {
	t, load := Term{Name: PortsOpen}, h.Facts.Workload
	for _, r := range b.Target.Routes {
		for _, a := range h.AppsOn(r) {
			b.WebSockets = b.WebSockets || a.WebSocket
		}
	}
	switch inFlight := h.inFlight(); {
	case b.WebSockets && load.PeakConnections.Known:
		t.How = "one for each WebSocket"
		t.Figure = source.Known(b.share(int64(load.PeakConnections.Value)), load.PeakConnections.Origin)
	case b.WebSockets:
		t.Why = "workload.peak_connections is not declared"
	case !inFlight.Figure.Known:
		t.Why = inFlight.Why
	default:
		t = inFlight
		t.Name, t.Figure.Value = PortsOpen, b.share(inFlight.Figure.Value)
	}
	return t
}

// closedPorts counts those that nginx has closed, which stay taken for a while.
func (h sums) closedPorts(b *PortBudget) Term {
	t := Term{Name: PortsClosed}
	hold, known := h.PortHold(b.Address)
	requests, why := h.opensEach(b.Target.Routes)
	switch {
	case why != "":
		t.Why = why
		return t
	case requests == 0:
		t.How = "the application closes first, and keeps the ports"
		t.Figure = source.Known[int64](0, source.Origin{})
		return t
	case !b.Rate.Known || b.Rate.Value < 1 || b.Rate.Value > 1<<30:
		t.Why = "workload.peak_rps is not declared"
		return t
	case !known:
		t.Why = "whether ports are reused at once cannot be told (net.ipv4.tcp_tw_reuse)"
		return t
	}
	b.Hold, b.Each = hold, (b.share(int64(b.Rate.Value))+requests-1)/requests
	t.How = fmt.Sprintf("%s/s x %s", inWords(b.Each, "new connection"), nginxconf.FormatTime(hold))
	t.Figure = source.Known(host.Times(b.Each, int64(hold/time.Second)), b.Rate.Origin)
	return t
}

// opensEach returns after how few requests on some of the routes nginx opens
// another connection and closes the old one itself; 0 where the application always
// closes. why says what keeps it from being told.
func (h sums) opensEach(routes []*nginxconf.Route) (requests int64, why string) {
	least, others := int64(math.MaxInt64), 0
	for _, r := range routes {
		reuse := h.ReuseOn(r)
		switch n, ok := h.OpensEach(r); {
		case ok:
			least = min(least, n)
		case !reuse.Known || reuse.OK():
			return 0, "who closes connections first cannot be told"
		default:
			others++
		}
	}
	switch others {
	case 0:
		return least, ""
	case len(routes):
		return 0, ""
	}
	return 0, "nginx closes first on some routes only"
}
