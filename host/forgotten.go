package host

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Forgotten is a listening socket of nginx whose connections may be silent
// for longer than a balancer in front remembers them, while the kernel sends no
// probe, or sends the first one too late.
type Forgotten struct {
	// Balancer forwards connections and forgets them first.
	Balancer *appconf.LoadBalancer
	// Socket is its name, Listens the directives that share it.
	Socket  string
	Listens []*nginxconf.Directive
	// Option is the directive that so_keepalive stands in or may be added to; nil
	// where there is none.
	Option *nginxconf.Directive
	// Probe is when the kernel probes first; unknown where it does not at all.
	Probe source.Setting[time.Duration]
	// Silence is the longest that is allowed, on Route.
	Silence source.Setting[time.Duration]
	Route   *nginxconf.Route
}

// Forgotten returns the sockets by name. unread are listen directives with
// probes of which nobody can tell when they come.
func (h *Host) Forgotten() (found []*Forgotten, unread []source.Skip) {
	b := h.forgetful()
	if b == nil {
		return nil, nil
	}
	index := map[string]*Forgotten{}
	for _, r := range h.Nginx.Routes() {
		silence, ok := h.silenceOn(r, b.IdleTimeout.Value)
		if !ok {
			continue
		}
		for socket := range h.socketsOf(r) {
			f := index[socket]
			if f == nil {
				f = &Forgotten{Balancer: b, Socket: socket, Silence: silence, Route: r}
				index[socket], found = f, append(found, f)
			}
			if silence.Value > f.Silence.Value {
				f.Silence, f.Route = silence, r
			}
		}
	}
	sockets := h.Sockets()
	found = slices.DeleteFunc(found, func(f *Forgotten) bool {
		skip, probed := h.probe(f, sockets)
		if skip.Span.IsValid() {
			unread = append(unread, skip)
		}
		return probed
	})
	slices.SortFunc(found, func(a, b *Forgotten) int { return strings.Compare(a.Socket, b.Socket) })
	return found, unread
}

// forgetful returns the balancer that forwards connections and forgets a silent
// one first; nil for none.
func (h *Host) forgetful() *appconf.LoadBalancer {
	var out *appconf.LoadBalancer
	for _, b := range h.Balancers {
		t := b.IdleTimeout
		if b.Layer == 4 && t.Known && t.Value > 0 && t.Value < appconf.Infinite && (out == nil || t.Value < out.IdleTimeout.Value) {
			out = b
		}
	}
	return out
}

// silenceOn returns how long a connection that a route serves may be silent,
// where that is no shorter than a limit: a WebSocket, a stream, a forwarded
// connection, or one whose request takes so long.
func (h *Host) silenceOn(r *nginxconf.Route, limit time.Duration) (source.Setting[time.Duration], bool) {
	apps := h.AppsOn(r)
	pinged := slices.ContainsFunc(apps, func(a *appconf.App) bool {
		return a.PingInterval.Known && a.PingInterval.Value < limit
	})
	passes, known := PassesUpgrade(r)
	silence := r.Scope.Effective(r.Module + "_read_timeout").Time()
	switch {
	case r.Module == "stream":
		silence = r.Scope.Effective("proxy_timeout").Time()
		known = len(apps) > 0 || len(h.Nginx.HTTPServers()) == 0 // else the balancer is there for http
	case passes || slices.ContainsFunc(apps, func(a *appconf.App) bool { return a.Streaming }):
	default:
		pinged = false
		if longest := h.longestOn([]*nginxconf.Route{r}); silence.Known && silence.Value >= longest.Value {
			silence = longest
		}
	}
	return silence, known && !pinged && silence.Known && silence.Value >= limit
}

// socketsOf returns the TCP sockets that a route is reached by from other
// machines, with the directives of its server.
func (h *Host) socketsOf(r *nginxconf.Route) map[string][]*nginxconf.Directive {
	out := map[string][]*nginxconf.Directive{}
	if r.Module == "stream" {
		for _, d := range r.Scope.Own("listen") {
			if d.Certain() && argIndex(d, "udp") < 0 && !isLocal(d.Arg(0)) {
				out["stream "+d.Arg(0)] = append(out["stream "+d.Arg(0)], d)
			}
		}
		return out
	}
	server := r.Scope.Enclosing(nginxconf.InServer)
	for _, l := range h.Nginx.Listens() {
		if l.Scope == server && !l.QUIC && !isLocal(l.Socket) {
			out[l.Socket] = append(out[l.Socket], l.Directive)
		}
	}
	return out
}

// probe finds out when the connections of a socket are probed first: in time, or
// when nobody can tell, for which the skip says why.
func (h *Host) probe(f *Forgotten, sockets []Socket) (skip source.Skip, inTime bool) {
	f.Listens = h.socketsOf(f.Route)[f.Socket]
	if f.Route.Module == "stream" {
		f.Option = f.Listens[0]
	}
	for _, s := range sockets {
		if s.Name != f.Socket {
			continue
		}
		f.Option, f.Listens = s.Options(), nil
		for _, l := range s.Listens {
			f.Listens = append(f.Listens, l.Directive)
		}
	}
	for _, d := range f.Listens {
		i, value := d.Param("so_keepalive")
		if i < 0 || value == "off" {
			continue
		}
		first, known := h.firstProbe(value)
		if !known {
			return source.Skip{Span: d.ArgSpan(i), Why: "when the kernel probes a silent connection is not known"}, true
		}
		f.Option, f.Probe = d, source.Known(first, source.Origin{Span: d.ArgSpan(i)})
	}
	return source.Skip{}, f.Probe.Known && f.Probe.Value < f.Balancer.IdleTimeout.Value
}
