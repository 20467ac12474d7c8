package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Cut is what ends the WebSockets or streams of an application first, on some
// of its routes.
type Cut struct {
	// RouteValue is *_read_timeout on the routes.
	*RouteValue
	App *appconf.App
	// WebSocket reports that the routes are for WebSockets.
	WebSocket bool
	// Balancer is what cuts; nil for nginx.
	Balancer *appconf.LoadBalancer
	// After is when: after so long a silence, or, with Total, after so long at all.
	After source.Setting[time.Duration]
	Total bool
	// Next is the balancer that would cut first if nginx did not, and Room how long
	// it lets a silence last; nil and an hour for none.
	Next *appconf.LoadBalancer
	Room time.Duration
}

// SilenceByDefault is how long nginx lets either side be silent where nobody
// says otherwise (proxy_read_timeout).
const SilenceByDefault = 60 * time.Second

// SilenceEnough is how long a silence nobody has to wait for: where so long a one is
// let through, nothing is cut that anybody would miss.
const SilenceEnough = time.Hour

// Cuts returns what cuts the routes for WebSockets and streams, what is first
// on each: nginx where it waits no longer than by default, or a balancer that
// waits less than nginx does. What an application sends on a silent WebSocket
// more often keeps it. unread are places that decide and cannot be read.
func (h *Host) Cuts() (found []*Cut, unread []source.Skip) {
	all := h.RouteValues("read_timeout")
	for _, a := range h.Apps {
		upgraded, streams := h.longRoutes(a)
		for i, routes := range [][]*nginxconf.Route{upgraded, streams} {
			values, doubts := all.On(routes)
			unread = append(unread, doubts...)
			for _, v := range values {
				c := &Cut{RouteValue: v, App: a, WebSocket: i == 0, Room: SilenceEnough}
				c.byNginx()
				for _, b := range h.Balancers {
					c.by(b)
				}
				if c.After.Known {
					found = append(found, c)
				}
			}
		}
	}
	return found, unread
}

// longRoutes returns the routes to an application that are for its WebSockets,
// and those for its streams.
func (h *Host) longRoutes(a *appconf.App) (upgraded, streams []*nginxconf.Route) {
	if !a.WebSocket && !a.Streaming {
		return nil, nil
	}
	for _, r := range h.routesOf(a) {
		switch passes, known := PassesUpgrade(r); {
		case !known || h.healthPath(r): // a check is no stream
		case a.WebSocket && passes:
			upgraded = append(upgraded, r)
		case a.Streaming:
			streams = append(streams, r)
		}
	}
	return upgraded, streams
}

// byNginx looks at the silence that nginx allows.
func (c *Cut) byNginx() {
	if t := c.Time(); t.Known && t.Value <= SilenceByDefault && !c.keptWithin(t.Value) {
		c.After = t
	}
}

// by looks at what a balancer allows: nothing where that is not known.
func (c *Cut) by(b *appconf.LoadBalancer) {
	t, nginx := b.RequestTimeout, c.Time()
	total := b.RequestLimit == "total"
	if b.Layer == 4 {
		t = b.IdleTimeout
	}
	switch {
	case !t.Known || t.Value == 0 || !nginx.Known:
	case !total && (b.Layer == 7 && b.RequestLimit != "gap" || c.keptWithin(t.Value) || t.Value >= SilenceEnough):
	case t.Value >= nginx.Value || b.Layer == 4: // see [Host.Forgotten]
		if t.Value < c.Room {
			c.Next, c.Room = b, t.Value
		}
	case !c.After.Known || t.Value < c.After.Value:
		c.Balancer, c.After, c.Total = b, t, total
	}
}

// keptWithin reports whether the application breaks every silence before it has
// lasted so long.
func (c *Cut) keptWithin(t time.Duration) bool {
	ping := c.App.PingInterval
	return c.WebSocket && ping.Known && ping.Value > 0 && ping.Value < t
}

// StreamRoutes returns the routes to an application on which it streams answers
// through nginx's buffers: none where it does not stream, no WebSockets, and no
// modules that know no buffering of answers.
func (h *Host) StreamRoutes(a *appconf.App) []*nginxconf.Route {
	_, streams := h.longRoutes(a)
	return slices.DeleteFunc(streams, func(r *nginxconf.Route) bool { return nginxconf.Lookup(r.Module+"_buffering") == nil })
}
