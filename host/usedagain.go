package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// UsedAgainAfter returns what may use a connection to an application again after
// it was idle for a time: how long nginx keeps those to an upstream of the
// application, or the balancer that connects to it. ok is false where nothing
// does.
func (h *Host) UsedAgainAfter(a *appconf.App, idle time.Duration) (by source.Setting[time.Duration], ok bool) {
	if h.Nginx == nil {
		direct, _ := h.Direct()
		for _, b := range h.Balancers {
			if direct == a && b.Layer == 7 && b.IdleTimeout.Known && b.IdleTimeout.Value >= idle {
				return b.IdleTimeout, true
			}
		}
		return by, false
	}
	for _, u := range h.Nginx.Upstreams() {
		pool, pooled := h.PoolOf(u)
		if !pooled || !slices.Contains(h.AppsOf(u), a) {
			continue
		}
		kept, known := h.IdleTime(pool)
		if use, _ := h.PoolUse(u, pool); use == PoolReused && known && kept >= idle {
			out := pool.IdleTimeout
			out.Value = kept
			return out, true
		}
	}
	return by, false
}
