package host

import (
	"fmt"
	"math"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

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
	busy := float64(w.PeakRPS.Value) * w.UpstreamLatency.Value.Seconds()
	n = source.Known(int64(math.Ceil(min(busy, math.MaxInt32))), w.PeakRPS.Origin)
	return n, fmt.Sprintf("%d requests/s x %s", w.PeakRPS.Value, nginxconf.FormatTime(w.UpstreamLatency.Value)), ""
}
