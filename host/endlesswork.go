package host

import (
	"cmp"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// An EndlessWork is an application that goes on with a request that nginx has
// given up.
type EndlessWork struct {
	App *appconf.App
	// Reads are the values of *_read_timeout on its routes, the shortest first.
	Reads []*RouteValue
}

// EndlessWorks returns the applications behind nginx in which nothing limits a
// request. What streams, or is said to end after a time, is left out. unread are
// routes where it cannot be told when nginx gives up.
func (h *Host) EndlessWorks() (found []EndlessWork, unread []source.Skip) {
	reads := h.RouteValues("read_timeout")
	for _, a := range h.Apps {
		if !a.NoRequestTimeout.Value || a.WriteTimeout.Known || a.Streaming || a.WebSocket {
			continue
		}
		routes := slices.DeleteFunc(h.routesOf(a), func(r *nginxconf.Route) bool { return h.RequestTime(a, r.Scope).Known })
		values, unknown := reads.On(routes)
		unread = append(unread, unknown...)
		slices.SortStableFunc(values, func(v, w *RouteValue) int { return cmp.Compare(v.Time().Value, w.Time().Value) })
		if len(values) > 0 {
			found = append(found, EndlessWork{a, values})
		}
	}
	return found, unread
}
