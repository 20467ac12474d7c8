package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// The terms of a connection budget.
const (
	ClientConnections = "clients"
	UpstreamInUse     = "upstream connections in use"
	UpstreamIdle      = "idle upstream connections"
)

// connections returns the connections of all nginx workers at the declared
// peak beside worker_connections, which counts every socket of a worker: those to
// clients and to applications, in use or idle, and listening ones (nginx.org,
// ngx_core_module). The host must have an nginx configuration.
func (h sums) connections() *Budget {
	b := &Budget{Kind: WorkerConnections, Limit: h.connectionLimit()}
	workers, why := h.Workers()
	b.Terms = append(b.Terms, h.clients())
	if len(h.Nginx.Routes()) > 0 {
		b.Terms = append(b.Terms, h.upstreamInUse())
		if idle := h.idleConnections(workers, why); idle.Why != "" || idle.Figure.Value > 0 {
			b.Terms = append(b.Terms, idle)
		}
		if limit := b.Limit.Figure; limit.Known {
			b.Notes = append(b.Notes, fmt.Sprintf("enough for %d requests that are passed on, each of which takes two", limit.Value/2))
		}
	}
	listens := Term{Name: "listening sockets", Why: why}
	if n := h.ListenSockets(); workers.Known {
		listens.How = fmt.Sprintf("%d x %s", n, inWords(workers.Value, "worker"))
		listens.Figure = source.Known(host.Times(n, workers.Value), source.Origin{})
	}
	b.Terms = append(b.Terms, listens)
	return b
}

// connectionLimit is worker_connections over all workers.
func (h sums) connectionLimit() Term {
	t := Term{Name: "worker_connections"}
	d, ok := h.WorkerDemand()
	workers, why := h.Workers()
	switch {
	case !ok:
		t.Why = "it cannot be told"
	case !workers.Known:
		t.Why = why
	default:
		t.How = fmt.Sprintf("%s x %d", inWords(workers.Value, "worker"), d.Connections.Value)
		t.Figure = source.Known(host.Times(workers.Value, d.Connections.Value), d.Connections.Origin)
		t.Also = []Factor{{"worker_processes", workers.Origin}}
	}
	return t
}

// clients are those of the declared peak.
func (h sums) clients() Term {
	peak := h.Facts.Workload.PeakConnections
	if !peak.Known {
		return Term{Name: ClientConnections, Why: "workload.peak_connections is not declared"}
	}
	return Term{Name: ClientConnections, Figure: source.Known(int64(peak.Value), peak.Origin)}
}

// upstreamInUse are connections to applications, as files/connections-below-workload
// counts them: one for each request in flight, or, where nobody says how many these
// are or connections outlast a request, at most one for each client.
func (h sums) upstreamInUse() Term {
	t, peak := h.inFlight(), h.Facts.Workload.PeakConnections
	switch need, _, ok := h.ConnectionNeed(); {
	case ok && need.Flight.Busy > 0:
		if t.Figure.Value != need.Behind {
			t.How += fmt.Sprintf(", %d in each of %s", need.Flight.Busy, inWords(need.Workers.Value, "worker"))
		}
		t.Figure.Value = need.Behind
	case peak.Known && (!t.Figure.Known || h.HoldsUpstreams()):
		t = Term{How: "one for each client", AtMost: true, Figure: source.Known(int64(peak.Value), peak.Origin)}
	}
	t.Name = UpstreamInUse
	return t
}

// idleConnections are those that the pools of all workers may keep.
func (h sums) idleConnections(workers source.Setting[int64], why string) Term {
	t := Term{Name: UpstreamIdle, AtMost: true}
	sum, origin := int64(0), source.Origin{}
	for _, u := range h.Nginx.Upstreams() {
		pool, ok := h.PoolOf(u)
		if !ok {
			continue
		}
		if use, _ := h.PoolUse(u, pool); use == host.PoolReused {
			if sum == 0 {
				origin = pool.Origin
			} else {
				t.Also = append(t.Also, Factor{"keepalive of " + u.Name, pool.Origin})
			}
			sum = host.Plus(sum, host.Times(pool.Size, h.Caches(u, pool)))
		}
	}
	switch {
	case sum == 0:
	case !workers.Known:
		t.Why = why
	default:
		t.How = fmt.Sprintf("pools of %d x %s", sum, inWords(workers.Value, "worker"))
		t.Figure = source.Known(host.Times(sum, workers.Value), origin)
	}
	return t
}

// sockets returns how many connections of clients and to applications there are at
// the declared peak, idle ones of pools included, as far as nginx has connections
// for them.
func (h sums) sockets() Term {
	b := h.connections()
	t := Term{Name: "sockets", Figure: h.clients().Figure, Why: h.clients().Why}
	if !t.Figure.Known {
		return t
	}
	for _, name := range []string{UpstreamInUse, UpstreamIdle} {
		more := b.Term(name)
		t.Figure.Value = host.Plus(t.Figure.Value, more.Figure.Value)
		t.AtMost = t.AtMost || more.AtMost
	}
	if limit := b.Limit.Figure; limit.Known {
		t.Figure.Value = min(t.Figure.Value, limit.Value)
	}
	return t
}

// inFlight are requests that are passed on at once.
func (h sums) inFlight() Term {
	t := Term{Name: "requests in flight"}
	t.Figure, t.How, t.Why = h.InFlight()
	if latency := h.Facts.Workload.UpstreamLatency; t.Figure.Known {
		t.Also = []Factor{{"workload.upstream_latency", latency.Origin}}
	}
	return t
}
