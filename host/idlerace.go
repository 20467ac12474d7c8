package host

import (
	"cmp"
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// An IdleRace is an application that may close an idle connection before nginx
// has let go of it.
type IdleRace struct {
	App *appconf.App
	// Margin is how much earlier nginx should let go.
	Margin time.Duration
	// Sure reports that nginx comes second; otherwise it is only too close, or the
	// application's time is assumed.
	Sure bool
}

// IdleTime is how long nginx keeps an idle connection of a pool. Before
// keepalive_timeout came to upstream blocks it never closed one. known is false
// when the value cannot be read.
func (h *Host) IdleTime(pool Pool) (idle time.Duration, known bool) {
	if !pool.IdleTimeout.Known && !h.HasIdleTimeout() {
		return appconf.Infinite, true
	}
	return pool.IdleTimeout.Value, pool.IdleTimeout.Known
}

// HasIdleTimeout reports whether upstream blocks know keepalive_timeout: since
// 1.15.3 (CHANGES).
func (h *Host) HasIdleTimeout() bool { return !h.Nginx.Version.Less(nginxconf.Version{1, 15, 3}) }

// IdleRaces returns the applications behind an upstream that keep idle
// connections less than a margin longer than nginx does, the shortest time
// first. margin zero means [IdleMargin]; it is never more than half of the
// application's time. Applications that close after every answer or never are
// in no race.
func (h *Host) IdleRaces(u *nginxconf.Upstream, idle, margin time.Duration) []IdleRace {
	var out []IdleRace
	for _, a := range h.AppsOf(u) {
		keep := a.KeepAlive.Value
		if !a.KeepAlive.Known || keep == 0 || keep == appconf.Infinite || a.MaxRequestsPerConnection.Value == 1 {
			continue
		}
		r := IdleRace{App: a, Margin: margin, Sure: idle >= keep+a.KeepAliveSlack && !a.KeepAlive.Origin.Assumed}
		if margin == 0 {
			r.Margin = IdleMargin(SameMachine(u), keep)
		}
		if r.Margin = min(r.Margin, keep/2); idle > keep-r.Margin {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b IdleRace) int { return cmp.Compare(a.App.KeepAlive.Value, b.App.KeepAlive.Value) })
	return out
}

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
	if n := u.Scope.Effective("keepalive_requests").Number(); n.Known && n.Value <= 1 {
		return PoolUnused, nil
	}
	use, first := PoolUnused, (*nginxconf.Route)(nil)
	for _, r := range h.Nginx.RoutesTo(u) {
		reuses, known := h.Reuses(r)
		asked := !pool.Origin.IsDefault() && r.Module != "uwsgi" && r.Module != "scgi"
		switch {
		case reuses:
			return PoolReused, nil
		case use == PoolUnused && (asked || !known):
			use, first = PoolBlocked, r
		}
	}
	return use, first
}

// FailingServers counts the servers of an upstream that nginx takes out after
// failures; with a single server it never does.
func FailingServers(u *nginxconf.Upstream) int {
	n := 0
	for _, s := range u.Servers {
		if _, fails := s.Directive.Param("max_fails"); !s.Down && fails != "0" {
			n++
		}
	}
	return n
}
