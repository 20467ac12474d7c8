package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Holding is what one pool may hold of an application's connections.
type Holding struct {
	Upstream *nginxconf.Upstream
	Pool     Pool
	// Caches counts the caches of each worker: one, or one for each location.
	Caches int64
	// Servers counts the servers that share a pool.
	Servers int64
	// Idle is how many connections each worker may keep to one server, on average
	// over the servers.
	Idle int64
	// Blocked is a route that keeps nginx from reusing connections as it stands; nil
	// where they are reused.
	Blocked *nginxconf.Route
}

// Holdings returns what the pools of nginx may hold of an application, for every
// upstream whose pool is used, or is there to be.
func (h *Host) Holdings(a *appconf.App) []Holding {
	var out []Holding
	for _, u := range h.Nginx.Upstreams() {
		pool, ok := h.PoolOf(u)
		if !ok || !slices.Contains(h.AppsOf(u), a) {
			continue
		}
		use, blocked := h.PoolUse(u, pool)
		if use == PoolUnused {
			continue
		}
		x := h.HoldingOf(u, pool)
		x.Blocked = blocked
		out = append(out, x)
	}
	return out
}

// HoldingOf returns what the pool of an upstream may hold of the applications behind
// it, used or not.
func (h *Host) HoldingOf(u *nginxconf.Upstream, pool Pool) Holding {
	x := Holding{Upstream: u, Pool: pool, Caches: h.Caches(u, pool), Servers: max(1, regularServers(u))}
	x.Idle = pool.Size * x.Caches / x.Servers
	if limit := largestMaxConns(u); limit > 0 {
		x.Idle = min(x.Idle, limit*x.Caches) // what was never open at once cannot be idle at once
	}
	return x
}

// Caches counts the caches of idle connections that each worker has for an
// upstream: one, or with "local" one for each location that passes to it.
func (h *Host) Caches(u *nginxconf.Upstream, pool Pool) int64 {
	if !pool.Local {
		return 1
	}
	places := map[*nginxconf.Scope]bool{}
	for _, r := range h.Nginx.RoutesTo(u) {
		places[r.Scope] = true
	}
	return max(1, int64(len(places)))
}

// IdleLimit returns how many idle connections an application holds before new
// ones have to wait; unknown where nothing limits them, nobody can tell, or it
// closes after every answer. Each child of php-fpm serves one connection, idle or
// not; a gunicorn worker with threads keeps idle what its threads leave of
// worker_connections (gunicorn/workers/gthread.py).
func IdleLimit(a *appconf.App) source.Setting[int64] {
	limit := a.MaxConnections
	switch {
	case isPHP(a):
		limit = a.Workers
	case ClosesEach(a):
		limit.Known = false
	case a.Runtime != nil && a.Runtime.ID == "gunicorn-gthread" && limit.Known:
		limit.Known = a.Workers.Known && a.Threads.Known
		limit.Value -= a.Workers.Value * a.Threads.Value
	}
	if !limit.Known || limit.Value <= 0 || limit.Value >= int(appconf.Infinite) {
		return source.Setting[int64]{}
	}
	return source.Known(int64(limit.Value), limit.Origin)
}

// ClosesEach reports whether an application closes every connection after its
// answer, whatever nginx asks for. php-fpm does so only where nginx does not ask
// for more with fastcgi_keep_conn.
func ClosesEach(a *appconf.App) bool {
	return !isPHP(a) && (a.KeepAlive.Known && a.KeepAlive.Value == 0 || a.MaxRequestsPerConnection.Value == 1)
}
