package host

import "github.com/tunelint/tunelint/source"

// A ConnectionNeed compares the connections that nginx's workers have with those
// that the declared peak takes.
type ConnectionNeed struct {
	// Workers have so many connections Each.
	Workers, Each source.Setting[int64]
	// Clients are the declared ones.
	Clients source.Setting[int]
	// Behind is how many connections to applications come on top: by Little's law
	// where the workload says how long requests take, else one for each client.
	Behind int64
	// Flight is the workload that Behind comes from; its Busy is zero where nobody
	// says how long requests take.
	Flight PeakLoad
}

// Has returns how many connections there are.
func (n ConnectionNeed) Has() int64 { return n.Workers.Value * n.Each.Value }

// Needs returns how many the peak takes.
func (n ConnectionNeed) Needs() int64 { return int64(n.Clients.Value) + n.Behind }

// ConnectionNeed returns the connections for the declared peak; ok is false where
// none is declared or the files do not tell, and why says what keeps the number of
// workers from being known.
func (h *Host) ConnectionNeed() (n ConnectionNeed, why string, ok bool) {
	if n.Clients = h.Facts.Workload.PeakConnections; !n.Clients.Known || n.Clients.Value < 1 {
		return n, "", false
	}
	demand, known := h.WorkerDemand()
	if n.Each = demand.Connections; !known || n.Each.Value < 1 || n.Each.Value > 1<<31 {
		return n, "", false
	}
	if n.Workers, why = h.Workers(); !n.Workers.Known {
		return n, why, false
	}
	if n.Workers.Value < 1 || n.Workers.Value > 1<<20 {
		return n, "", false
	}
	if h.passesOn() {
		n.Behind = int64(n.Clients.Value)
		if peak, ok := h.Peak(); ok && !h.HoldsUpstreams() {
			n.Flight, n.Behind = peak, peak.Busy*peak.Workers.Value
		}
	}
	return n, "", true
}

// HoldsUpstreams reports whether connections to applications stay open for as long
// as the client's, whatever a request takes: WebSockets, streams and those of the
// stream module.
func (h *Host) HoldsUpstreams() bool {
	for _, a := range h.Apps {
		if a.WebSocket || a.Streaming {
			return true
		}
	}
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" {
			return true
		}
	}
	return false
}

// EnoughConnections returns a worker_connections for the need: the clients of one
// worker that gets a third more than its share, what its pools may keep idle, its
// listening sockets and its channel; and a sixteenth on top, since below it nginx
// closes idle clients (ngx_drain_connections). It is rounded up to a power of two.
func (h *Host) EnoughConnections(n ConnectionNeed) int64 {
	share := n.Needs()
	if n.Workers.Value > 1 {
		share = (share*13/10 + n.Workers.Value - 1) / n.Workers.Value
	}
	share += h.pooled() + h.ListenSockets() + 1
	enough := int64(1024)
	for enough*15/16 < share {
		enough *= 2
	}
	return enough
}

// pooled returns how many connections to applications a worker may keep idle.
func (h *Host) pooled() (n int64) {
	for _, u := range h.Nginx.Upstreams() {
		if pool, ok := h.PoolOf(u); ok && pool.Size < 1<<20 {
			n += pool.Size * h.Caches(u, pool)
		}
	}
	return n
}
