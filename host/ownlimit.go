package host

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// OwnLimit returns when an application by its files or its runtime cuts a
// request off without an answer: its master kills the worker, or the server
// closes the connection. What tunelint.yaml says of its requests is how long
// they take, not what ends them. PHP, which has three limits, is left out.
func OwnLimit(a *appconf.App) source.Setting[time.Duration] {
	limit := a.RequestTimeout
	if declaredHere(a, limit.Origin) || isPHP(a) {
		limit = source.Setting[time.Duration]{}
	}
	if w := a.WriteTimeout; w.Known && w.Value > 0 && (!limit.Known || w.Value < limit.Value) {
		limit = w
	}
	return limit
}

// declaredHere reports whether the entry of an application in tunelint.yaml
// says something of it.
func declaredHere(a *appconf.App, o source.Origin) bool {
	return o.Span.IsValid() && o.Span.File == a.Span.File
}

func isPHP(a *appconf.App) bool { return a.Runtime != nil && a.Runtime.Family == "php-fpm" }

// A LateRead is one value of *_read_timeout on routes to an application that
// ends its requests long before.
type LateRead struct {
	*RouteValue
	App   *appconf.App
	Limit source.Setting[time.Duration]
}

// LateReads returns the values that are more than twice the application's own
// limit, and longer by half a minute or more.
func (h *Host) LateReads() []*LateRead {
	var out []*LateRead
	all := h.RouteValues("read_timeout")
	for _, a := range h.Apps {
		limit := OwnLimit(a)
		if !limit.Known || a.Streaming || a.WebSocket {
			continue
		}
		values, _ := all.On(h.routesOf(a))
		for _, v := range values {
			if t := v.Time(); t.Known && t.Value > 2*limit.Value && t.Value-limit.Value >= 30*time.Second {
				out = append(out, &LateRead{v, a, limit})
			}
		}
	}
	return out
}

// routesOf returns the http routes that reach an application, in order.
func (h *Host) routesOf(a *appconf.App) []*nginxconf.Route {
	var out []*nginxconf.Route
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" {
			continue
		}
		for _, other := range h.AppsOn(r) {
			if other == a {
				out = append(out, r)
			}
		}
	}
	return out
}
