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
	// Balancer is the least patient one.
	Balancer *appconf.LoadBalancer
	// Name is the directive's name, Read its value.
	Name string
	Read source.Setting[time.Duration]
	// Directive decides the value, in Level; both nil for the default.
	Directive *nginxconf.Directive
	Level     *nginxconf.Scope
	Routes    []*nginxconf.Route
	// Alone reports that the value is in force on no other routes.
	Alone bool
	// Longest is the longest time an application may take on one of the routes;
	// unknown where nothing says how long.
	Longest source.Setting[time.Duration]
}

// EarlyCallers compares what the balancers in front wait with what nginx waits,
// on the http routes they reach. Routes to streaming applications and routes
// for WebSockets are left out: there both times are about silence, and a long
// one may be meant. unread are routes where the timeout cannot be read.
func (h *Host) EarlyCallers() (found []*EarlyCaller, unread []*nginxconf.Route) {
	hasty := h.hastiest()
	if hasty == nil {
		return nil, nil
	}
	balanced := h.balancedServers()
	inForce := map[string]map[*nginxconf.Directive]int{}
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" {
			continue
		}
		name := r.Module + "_read_timeout"
		v := r.Scope.Effective(name)
		if inForce[name] == nil {
			inForce[name] = map[*nginxconf.Directive]int{}
		}
		inForce[name][v.Directive()]++
		if !slices.Contains(balanced, r.Scope.Enclosing(nginxconf.InServer)) || h.mayBeSilent(r) {
			continue
		}
		switch read := v.Time(); {
		case !read.Known:
			unread = append(unread, r)
		case read.Value >= hasty.RequestTimeout.Value:
			c := &EarlyCaller{Balancer: hasty, Name: name, Read: read, Directive: v.Directive(), Level: v.Level}
			found = c.join(found, r, h.AppsOn(r))
		}
	}
	for _, c := range found {
		c.Alone = inForce[c.Name][c.Directive] == len(c.Routes)
	}
	return found, unread
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

// join adds a route to what was found of the same directive, or starts with it.
func (c *EarlyCaller) join(found []*EarlyCaller, r *nginxconf.Route, apps []*appconf.App) []*EarlyCaller {
	i := slices.IndexFunc(found, func(f *EarlyCaller) bool { return f.Name == c.Name && f.Directive == c.Directive })
	if i < 0 {
		i, found = len(found), append(found, c)
	}
	f := found[i]
	f.Routes = append(f.Routes, r)
	for _, a := range apps {
		if t := RequestTime(a, r.Scope); t.Known && (!f.Longest.Known || t.Value > f.Longest.Value) {
			f.Longest = t
		}
	}
	return found
}
