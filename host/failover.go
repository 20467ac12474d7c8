package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A SlowFailover is one value of *_connect_timeout on the routes to an upstream
// with several servers, on which a request waits so long for a server that does
// not answer before it is tried on another one.
type SlowFailover struct {
	*RouteValue
	Upstream *nginxconf.Upstream
	// Servers is how many may get the request.
	Servers int
}

// SlowFailovers returns the values of at least limit, by upstream. Servers on
// this machine alone are left out: they refuse a connection or take it. unread
// are places that decide and cannot be read.
func (h *Host) SlowFailovers(limit time.Duration) (found []*SlowFailover, unread []source.Skip) {
	all := h.RouteValues("connect_timeout")
	for _, u := range h.Nginx.Upstreams() {
		servers := UsableServers(u)
		if u.Stream || servers < 2 || SameMachine(u) {
			continue
		}
		routes := slices.DeleteFunc(slices.Clone(h.Nginx.RoutesTo(u)), func(r *nginxconf.Route) bool { return !failsOver(r) })
		values, doubts := all.On(routes)
		unread = append(unread, doubts...)
		for _, v := range values {
			if t := v.Time(); t.Known && t.Value >= limit {
				found = append(found, &SlowFailover{v, u, servers})
			}
		}
	}
	return found, unread
}

// failsOver reports whether a request is tried on another server after one did
// not answer in time.
func failsOver(r *nginxconf.Route) bool {
	t, ok := RetriesOn(r)
	return ok && !t.Off && t.After("timeout") && t.Tries.First() != "1"
}
