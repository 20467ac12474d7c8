package host

import (
	"fmt"
	"math"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// Workers returns how many worker processes nginx starts and what says so:
// worker_processes, where "auto" is one for each processor of the machine. When
// it is unknown, why says what keeps it from being told.
func (h *Host) Workers() (workers source.Setting[int64], why string) {
	v := h.Nginx.Root.Effective("worker_processes")
	switch {
	case !v.Known:
		return workers, "worker_processes cannot be told: " + v.Doubt.Why
	case v.First() != "auto":
		if workers = v.Number(); !workers.Known {
			return workers, "worker_processes is not a number"
		}
		return workers, ""
	case !h.Facts.CPUs.Known:
		return workers, "worker_processes is auto, and facts.cpus does not say how many processors there are"
	}
	return source.Known(int64(h.Facts.CPUs.Value), v.Origin()), ""
}

// A PeakLoad is what applications behind nginx get at the declared peak.
type PeakLoad struct {
	// Requests are counted by the second; Latency is how long one takes.
	Requests source.Setting[int]
	Latency  source.Setting[time.Duration]
	// Workers share them.
	Workers source.Setting[int64]
	// Busy is how many connections each worker has in use at once, by Little's law:
	// requests a second times seconds for each, over all workers; rounded up.
	Busy int64
}

// String says what Busy comes from.
func (l PeakLoad) String() string {
	text := fmt.Sprintf("%d requests/s x %s", l.Requests.Value, nginxconf.FormatTime(l.Latency.Value))
	if l.Workers.Value > 1 {
		text += fmt.Sprintf(" / %d workers", l.Workers.Value)
	}
	return text
}

// Size is the number of idle connections for each worker that takes the swing
// between peak and trough, and half as much again; two for each server at least.
func (l PeakLoad) Size(servers int) int64 {
	return max((3*l.Busy+1)/2, 2*int64(servers))
}

// Peak returns the load at the declared peak; false where no workload is
// declared, or nobody knows how many workers share it.
func (h *Host) Peak() (PeakLoad, bool) {
	w := h.Facts.Workload
	l := PeakLoad{Requests: w.PeakRPS, Latency: w.UpstreamLatency}
	l.Workers, _ = h.Workers()
	if !l.Requests.Known || !l.Latency.Known || !l.Workers.Known || l.Workers.Value < 1 {
		return l, false
	}
	l.Busy = l.busy(l.Workers.Value)
	return l, true
}

// busy is how many requests each of some workers has under way at once.
func (l PeakLoad) busy(workers int64) int64 {
	all := float64(l.Requests.Value) * l.Latency.Value.Seconds()
	return int64(math.Ceil(min(all/float64(workers), math.MaxInt32)))
}

// InFlight returns how many requests are passed on at once at the declared peak, and
// what it is made of: by Little's law, requests a second times seconds for each,
// rounded up. When it is unknown, why names the key that is not declared.
func (h *Host) InFlight() (n source.Setting[int64], how, why string) {
	w := h.Facts.Workload
	switch {
	case !w.PeakRPS.Known:
		return n, "", "workload.peak_rps is not declared"
	case !w.UpstreamLatency.Known:
		return n, "", "workload.upstream_latency is not declared"
	}
	all := PeakLoad{Requests: w.PeakRPS, Latency: w.UpstreamLatency}
	return source.Known(all.busy(1), w.PeakRPS.Origin), all.String(), ""
}
