package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// An EarlyCaller is one value of *_read_timeout that is no shorter than a
// balancer in front waits for an answer.
type EarlyCaller struct {
	*RouteValue
	// Balancer is the least patient one.
	Balancer *appconf.LoadBalancer
	// Longest is the longest time an application may take on one of the routes;
	// unknown where nothing says how long.
	Longest source.Setting[time.Duration]
}

// EarlyCallers compares what the balancers in front wait with what nginx waits,
// on the http routes they reach. Routes to streaming applications and routes
// for WebSockets are left out: there both times are about silence, and a long
// one may be meant. unread are places that decide and cannot be read.
func (h *Host) EarlyCallers() (found []*EarlyCaller, unread []source.Skip) {
	hasty := h.hastiest()
	if hasty == nil {
		return nil, nil
	}
	balanced := h.balancedServers()
	routes := slices.DeleteFunc(slices.Clone(h.Nginx.Routes()), func(r *nginxconf.Route) bool {
		return r.Module == "stream" || !slices.Contains(balanced, r.Scope.Enclosing(nginxconf.InServer)) || h.mayBeSilent(r)
	})
	values, unread := h.RouteValues("read_timeout").On(routes)
	for _, v := range values {
		if read := v.Time(); read.Known && read.Value >= hasty.RequestTimeout.Value {
			found = append(found, &EarlyCaller{v, hasty, h.longestOn(v.Routes)})
		}
	}
	return found, unread
}

// longestOn is the longest time that an application may take on one of some
// routes.
func (h *Host) longestOn(routes []*nginxconf.Route) source.Setting[time.Duration] {
	var longest source.Setting[time.Duration]
	for _, r := range routes {
		for _, a := range h.AppsOn(r) {
			if t := h.RequestTime(a, r.Scope); t.Known && (!longest.Known || t.Value > longest.Value) {
				longest = t
			}
		}
	}
	return longest
}

// hastiest returns the HTTP balancer that waits the shortest for an answer; nil
// when no time is known.
func (h *Host) hastiest() *appconf.LoadBalancer {
	var out *appconf.LoadBalancer
	for _, b := range h.Balancers {
		t := b.RequestTimeout
		if b.Layer == 7 && t.Known && t.Value > 0 && (out == nil || t.Value < out.RequestTimeout.Value) {
			out = b
		}
	}
	return out
}

// mayBeSilent reports whether a route may be for answers that go on for long
// with pauses in them.
func (h *Host) mayBeSilent(r *nginxconf.Route) bool {
	passes, known := PassesUpgrade(r)
	streams := slices.ContainsFunc(h.AppsOn(r), func(a *appconf.App) bool { return a.Streaming })
	return passes || !known || streams
}
