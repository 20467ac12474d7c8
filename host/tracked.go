package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

const (
	trackMaxKey = "net.netfilter.nf_conntrack_max"
	// trackWaitKey is how long a closed connection stays tracked, in seconds.
	trackWaitKey = "net.netfilter.nf_conntrack_tcp_timeout_time_wait"
)

// Tracked is how many connections of nginx the firewall tracks at the declared
// peak, those on the machine itself included.
type Tracked struct {
	// Clients are connected at once; unknown where nobody says how many.
	Clients source.Setting[int]
	// Behind is how many connections to applications are open at once.
	Behind int64
	// Closed is how many connections to applications are opened and closed a second,
	// of the declared Requests; each stays for Wait seconds.
	Closed   int64
	Requests source.Setting[int]
	Wait     source.Setting[int64]
}

// Total returns the sum.
func (t Tracked) Total() int64 {
	return Plus(Plus(int64(t.Clients.Value), t.Behind), Times(t.Closed, t.Wait.Value))
}

// Tracked returns what the declared peak comes to, false where none is declared or
// the files do not tell. What clients open and close is not known and left out, and
// so are connections to applications that may not be opened for one request each.
func (h *Host) Tracked() (t Tracked, ok bool) {
	load := h.Facts.Workload
	if h.Nginx == nil || !h.Nginx.Whole() || !load.PeakConnections.Known && !load.PeakRPS.Known {
		return t, false
	}
	t.Clients = load.PeakConnections
	far := false
	for _, r := range h.Nginx.Routes() {
		far = far || overTCP(r)
	}
	if !far {
		return t, t.Clients.Known
	}
	t.Behind = int64(t.Clients.Value)
	if busy, _, _ := h.InFlight(); busy.Known && !h.HoldsUpstreams() {
		t.Behind = busy.Value
	}
	wait := h.Sysctl.Int(trackWaitKey)
	targets, known := h.Targets()
	if load.PeakRPS.Known && wait.Known && wait.Value > 0 && known && h.OneTarget() && !h.mayReuse(targets[0]) {
		t.Closed, t.Requests, t.Wait = int64(max(0, load.PeakRPS.Value)), load.PeakRPS, wait
	}
	return t, true
}

// overTCP reports whether a route leads to an application by address, not by a
// unix socket, as far as can be told.
func overTCP(r *nginxconf.Route) bool {
	if r.Upstream == nil {
		return !r.Variable && !strings.HasPrefix(r.Address, "unix:")
	}
	for _, s := range r.Upstream.Servers {
		if !strings.HasPrefix(s.Address, "unix:") {
			return true
		}
	}
	return false
}

// TrackMax returns nf_conntrack_max where a line of the host sets it.
func (h *Host) TrackMax() source.Setting[int64] {
	most := h.Sysctl.Int(trackMaxKey)
	if h.Facts.Container.Value || h.NginxOnly || !most.Known || !most.Origin.Span.IsValid() {
		return source.Setting[int64]{}
	}
	return most
}
