package host

import (
	"fmt"
	"math"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// InFlight returns how many requests are passed on at once at the declared peak,
// by Little's law: requests a second times seconds for each, rounded up.
func (h *Host) InFlight() Term {
	w, t := h.Facts.Workload, Term{Name: "requests in flight"}
	switch {
	case !w.PeakRPS.Known:
		t.Why = "workload.peak_rps is not declared"
	case !w.UpstreamLatency.Known:
		t.Why = "workload.upstream_latency is not declared"
	default:
		n := float64(w.PeakRPS.Value) * w.UpstreamLatency.Value.Seconds()
		t.Figure = source.Known(int64(math.Ceil(min(n, math.MaxInt32))), w.PeakRPS.Origin)
		t.How = fmt.Sprintf("%d requests/s x %s", w.PeakRPS.Value, nginxconf.FormatTime(w.UpstreamLatency.Value))
		t.Also = []Factor{{"workload.upstream_latency", w.UpstreamLatency.Origin}}
	}
	return t
}
