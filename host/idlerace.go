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

// IdleMargin is how much longer the accepting side of a connection should keep
// it idle than the side that opened it: one second on one host, else 10 % of
// the accepting side's time, five seconds at most.
func IdleMargin(sameMachine bool, accepting time.Duration) time.Duration {
	if sameMachine {
		return time.Second
	}
	return max(time.Second, min(5*time.Second, accepting/10))
}
