package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// An Overfill is a pool, as yet unused, that would hold more idle connections than an
// application behind it does.
type Overfill struct {
	Upstream *nginxconf.Upstream
	// Asked reports that the files ask for the pool, and something keeps nginx from it.
	Asked bool
	// Idle is what all workers would keep open, Limit what App holds.
	Idle, Limit int64
	App         *appconf.App
}

// OverfilledBy returns a pool which nginx comes to use when a directive,
// proxy_http_version or proxy_set_header, of the routes to an upstream changes, and
// which then is too large for an application: one that nobody asked for where there is
// any. Nil for none.
func (h *Host) OverfilledBy(u *nginxconf.Upstream, directive string) *Overfill {
	deciding := map[*nginxconf.Directive]bool{}
	for _, r := range h.Nginx.RoutesTo(u) {
		for _, d := range h.decidingReuse(r, directive) {
			deciding[d] = true
		}
	}
	decides := func(d *nginxconf.Directive) bool { return deciding[d] }
	var asked *Overfill
	for _, other := range h.Nginx.Upstreams() {
		o := h.overfill(other)
		if o == nil {
			continue
		}
		shared := slices.ContainsFunc(h.Nginx.RoutesTo(other), func(r *nginxconf.Route) bool {
			return slices.ContainsFunc(h.decidingReuse(r, directive), decides)
		})
		switch {
		case other != u && !shared:
		case !o.Asked:
			return o
		case asked == nil:
			asked = o
		}
	}
	return asked
}

// decidingReuse returns what a change of proxy_http_version or proxy_set_header on a
// route may edit: the directives in force and the entry of a map.
func (h *Host) decidingReuse(r *nginxconf.Route, name string) []*nginxconf.Directive {
	headers := r.Scope.Effective("proxy_set_header")
	if name != "proxy_set_header" {
		return r.Scope.Effective(name).Directives
	}
	out := slices.Clone(headers.Directives)
	if d := ConnectionHeader(headers); d != nil {
		if entry := h.UpgradeMapEntry(d.Arg(1)); entry != nil {
			out = append(out, entry)
		}
	}
	return out
}

// overfill returns what the unused pool of an upstream would hold where that is more
// than an application does; nil elsewhere.
func (h *Host) overfill(u *nginxconf.Upstream) *Overfill {
	if len(h.AppsOf(u)) == 0 {
		return nil
	}
	pool, ok := h.PoolOf(u)
	use, _ := h.PoolUse(u, pool)
	workers, _ := h.Workers()
	if !ok || use == PoolReused || !workers.Known {
		return nil
	}
	idle := h.HoldingOf(u, pool).Idle * workers.Value
	for _, a := range h.AppsOf(u) {
		if limit := IdleLimit(a); limit.Known && idle > limit.Value {
			return &Overfill{u, use == PoolBlocked, idle, limit.Value, a}
		}
	}
	return nil
}

// HoldsPool reports whether no application behind an upstream is known to hold fewer
// idle connections than so many, spread over its servers, with a fifth to spare.
func (h *Host) HoldsPool(u *nginxconf.Upstream, idle int64) bool {
	for _, a := range h.AppsOf(u) {
		if limit := IdleLimit(a); limit.Known && idle/max(1, int64(UsableServers(u))) > limit.Value*4/5 {
			return false
		}
	}
	return true
}
