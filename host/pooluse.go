package host

import "github.com/tunelint/tunelint/nginxconf"

// PoolUse says whether nginx reuses connections to an upstream.
type PoolUse uint8

// The answers of [Host.PoolUse].
const (
	PoolUnused  PoolUse = iota // no route could reuse any, and none was asked to
	PoolBlocked                // something keeps nginx from what the pool is there for, or nobody can tell
	PoolReused
)

// PoolUse judges an upstream with a pool. For [PoolBlocked] it returns the
// first route that does not reuse connections. A pool that nobody asked for and
// no route uses is unused, and so is one where nginx closes every connection
// after its first request.
func (h *Host) PoolUse(u *nginxconf.Upstream, pool Pool) (PoolUse, *nginxconf.Route) {
	h.poolsUsed.Do(func() { // for all at once, as many rules ask for each
		h.poolUses = map[*nginxconf.Upstream]poolUse{}
		for _, u := range h.Nginx.Upstreams() {
			if p, ok := h.PoolOf(u); ok {
				use, first := h.judgePoolUse(u, p.Origin.IsDefault())
				h.poolUses[u] = poolUse{use, first, p.Origin.IsDefault()}
			}
		}
	})
	if known, ok := h.poolUses[u]; ok && known.byDefault == pool.Origin.IsDefault() {
		return known.use, known.first
	}
	return h.judgePoolUse(u, pool.Origin.IsDefault())
}

// A poolUse is an answer of [Host.PoolUse] for a pool that is there by default or not.
type poolUse struct {
	use       PoolUse
	first     *nginxconf.Route
	byDefault bool
}

func (h *Host) judgePoolUse(u *nginxconf.Upstream, byDefault bool) (PoolUse, *nginxconf.Route) {
	if n := u.Scope.Effective("keepalive_requests").Number(); n.Known && n.Value <= 1 {
		return PoolUnused, nil
	}
	use, first := PoolUnused, (*nginxconf.Route)(nil)
	for _, r := range h.Nginx.RoutesTo(u) {
		reuses, known := h.Reuses(r)
		asked := !byDefault && r.Module != "uwsgi" && r.Module != "scgi"
		switch {
		case reuses:
			return PoolReused, nil
		case use == PoolUnused && (asked || !known):
			use, first = PoolBlocked, r
		}
	}
	return use, first
}
