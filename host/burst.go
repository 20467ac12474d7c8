package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Burst is what the accept queue of an application gets at the declared peak,
// where nginx opens a connection for every request.
type Burst struct {
	App *appconf.App
	// Rate is how many connections a second one of its servers gets.
	Rate int64
	// Queue is how many connections its accept queue holds: one more than the backlog
	// in force (listen(2), net/ipv4: sk_acceptq_is_full).
	Queue int64
	// Limit is the net.core.somaxconn that cuts the backlog; unknown where it does not.
	Limit source.Setting[int64]
	// Routes are those whose connections are not reused.
	Routes []*nginxconf.Route
}

// Bursts returns the bursts on the applications that the declared peak is for:
// those behind the only place that nginx passes requests to.
func (h *Host) Bursts() []Burst {
	peak := h.Facts.Workload.PeakRPS
	if !peak.Known || !h.OneTarget() {
		return nil
	}
	targets, known := h.Targets()
	if !known || len(targets) != 1 || h.mayReuse(targets[0]) {
		return nil
	}
	rate, ok := targets[0].rate(int64(peak.Value))
	if !ok {
		return nil
	}
	var out []Burst
	for _, a := range h.AppsOn(targets[0].Routes[0]) {
		limit, _, elsewhere := h.QueueLimit(a)
		b := Burst{App: a, Rate: rate, Queue: int64(a.ListenBacklog.Value) + 1, Routes: targets[0].Routes}
		switch {
		case !a.ListenBacklog.Known || a.ListenBacklog.Value < 1 || a.Workers.Value > 1: // others go on when one of them stops
			continue
		case elsewhere == "" && limit.Known && limit.Value < int64(a.ListenBacklog.Value):
			b.Queue, b.Limit = limit.Value+1, limit
		}
		out = append(out, b)
	}
	return out
}

// mayReuse reports whether some requests may go over connections that are there
// already, or are meant to, or be answered from a cache.
func (h *Host) mayReuse(t *Target) bool {
	for _, r := range t.Routes {
		cache := r.Scope.Effective(r.Module + "_cache")
		if h.Pooled(r) || !cache.Known || cache.Directive() != nil && cache.First() != "off" {
			return true
		}
	}
	return false
}
