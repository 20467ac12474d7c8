package host

import (
	"fmt"
	"math"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Capacity is how many connections an application takes at once before further
// ones fail.
type Capacity struct {
	// Held is how many it serves, or keeps open.
	Held source.Setting[int]
	// Queue is how many more wait in its accept queue; unknown where it takes
	// connections beyond Held only to close them.
	Queue source.Setting[int]
	// Certain reports that it is known what happens to further ones.
	Certain bool
}

// Total returns the sum.
func (c Capacity) Total() int64 {
	if !c.Queue.Known {
		return int64(c.Held.Value)
	}
	return int64(c.Held.Value) + int64(c.Queue.Value)
}

// CapacityOf returns the capacity of one instance of an application, false where
// it has no limit or nobody can tell. Node resets connections beyond
// server.maxConnections, and Kestrel those beyond MaxConcurrentConnections;
// behind Tomcat's maxConnections and the children of php-fpm the accept queue
// fills. What an application does whose runtime is not declared is not certain.
func CapacityOf(a *appconf.App) (Capacity, bool) {
	c := Capacity{Held: a.MaxConnections, Queue: a.ListenBacklog, Certain: true}
	switch runtime := a.Runtime; {
	case runtime == nil:
		c.Queue, c.Certain = source.Setting[int]{}, false
	case runtime.Family == "node", runtime.Family == "kestrel":
		c.Queue = source.Setting[int]{}
	case isPHP(a):
		c.Held = a.Workers
		return c, c.Held.Known && c.Queue.Known && c.Held.Value > 0 && c.Queue.Value > 0
	case runtime.ID == "tomcat", runtime.ID == "spring-boot-tomcat":
		return c, c.Held.Known && c.Queue.Known && c.Held.Value > 0 && c.Queue.Value > 0
	default:
		return c, false
	}
	return c, c.Held.Known && c.Held.Value > 0 && c.Held.Value < math.MaxInt32
}

// An Inflow is how many connections nginx opens to one server of an upstream, on
// average over its servers.
type Inflow struct {
	Upstream *nginxconf.Upstream
	App      *appconf.App
	// Busy is the concurrency of the declared workload, by Little's law; unknown
	// where none is declared, or it is shared with other upstreams.
	Busy source.Setting[int64]
	// Idle is how many more the pool may hold.
	Idle int64
	// Most is how many nginx can open: one for each client, or max_conns; unknown
	// where nobody can tell. Why says what bounds it.
	Most source.Setting[int64]
	Why  string
	// Limit is the server with max_conns, nil for none.
	Limit *nginxconf.Server
}

// Inflows returns an entry for every upstream and application behind it that has
// a capacity.
func (h *Host) Inflows() []Inflow {
	if !slices.ContainsFunc(h.Apps, func(a *appconf.App) bool { _, ok := CapacityOf(a); return ok }) {
		return nil
	}
	var out []Inflow
	busy := h.busy()
	open, why := h.mostOpen()
	for _, u := range h.Nginx.Upstreams() {
		servers := regularServers(u)
		if u.Stream || servers == 0 || len(h.Nginx.RoutesTo(u)) == 0 {
			continue
		}
		for _, a := range h.AppsOf(u) {
			if _, ok := CapacityOf(a); !ok {
				continue
			}
			in := Inflow{Upstream: u, App: a, Busy: busy, Most: open, Why: why}
			in.Busy.Value = (busy.Value + servers - 1) / servers
			in.Most.Value = open.Value / servers
			in.meetPool(h)
			in.meetMaxConns(h)
			out = append(out, in)
		}
	}
	return out
}

// busy is the concurrency of the declared workload, where all of it goes to one place.
func (h *Host) busy() source.Setting[int64] {
	if !h.OneTarget() {
		return source.Setting[int64]{}
	}
	n, _, _ := h.InFlight()
	return n
}

// mostOpen is how many connections to applications worker_connections lets nginx
// open, a client's request taking two, and what bounds it.
func (h *Host) mostOpen() (most source.Setting[int64], why string) {
	demand, ok := h.WorkerDemand()
	workers, _ := h.Workers()
	if !ok || !workers.Known || !demand.Connections.Known {
		return most, ""
	}
	n := demand.Connections.Value / 2 * workers.Value
	if peak := h.Facts.Workload.PeakConnections; peak.Known && int64(peak.Value) < n {
		return source.Known(int64(peak.Value), peak.Origin), fmt.Sprintf("%d clients are expected", peak.Value)
	}
	return source.Known(n, demand.Connections.Origin),
		fmt.Sprintf("%d connections x worker_processes %d / 2 for each request", demand.Connections.Value, workers.Value)
}

func (in *Inflow) meetPool(h *Host) {
	workers, _ := h.Workers()
	for _, x := range h.Holdings(in.App) {
		if x.Upstream == in.Upstream && workers.Known {
			in.Idle = x.Idle * workers.Value
		}
	}
}

// meetMaxConns takes max_conns into account, which each worker counts for itself
// where the upstream has no zone.
func (in *Inflow) meetMaxConns(h *Host) {
	most := largestMaxConns(in.Upstream)
	if most == 0 {
		return
	}
	i := slices.IndexFunc(in.Upstream.Servers, func(s *nginxconf.Server) bool { at, _ := s.Directive.Param("max_conns"); return at >= 0 })
	in.Limit = in.Upstream.Servers[i]
	why := fmt.Sprintf("max_conns is %d", most)
	if in.Upstream.Scope.Last("zone") == nil {
		workers, _ := h.Workers()
		if !workers.Known {
			return
		}
		why += fmt.Sprintf(", x worker_processes %d: without a zone each counts for itself", workers.Value)
		most *= workers.Value
	}
	if !in.Most.Known || most < in.Most.Value {
		in.Most, in.Why = source.Known(most, source.Origin{Span: in.Limit.Directive.HeadSpan()}), why
	}
}
