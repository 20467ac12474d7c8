package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A StreamCut is one value of proxy_timeout in the stream context that is
// shorter than a silence someone declares.
type StreamCut struct {
	nginxconf.Value
	// Routes are the servers it is in force in, those with the same silence; Alone
	// reports that it is in force in no others.
	Routes []*nginxconf.Route
	Alone  bool
	// App and Balancer, of which one is set, say how long a Silence may last: the
	// application works on a request or waits to send its next ping, the balancer
	// keeps an idle connection for its next request.
	App      *appconf.App
	Balancer *appconf.LoadBalancer
	Ping     bool
	Silence  source.Setting[time.Duration]
}

// StreamCuts compares proxy_timeout, which counts from the last byte of either
// side, with what applications and HTTP balancers declare. What a protocol does
// by itself is not known here. unread are places that decide and cannot be read.
func (h *Host) StreamCuts() (found []*StreamCut, unread []source.Skip) {
	inForce := map[*nginxconf.Directive]int{}
	for _, r := range h.Nginx.Routes() {
		if r.Module != "stream" {
			continue
		}
		v := r.Scope.Effective("proxy_timeout")
		inForce[v.Directive()]++
		needs := h.silences(r)
		if t := v.Time(); !v.Known && len(needs) > 0 {
			unread = append(unread, v.Doubt)
		} else if t.Known {
			for _, c := range needs {
				if c.Silence.Value > t.Value || c.Balancer != nil && c.Silence.Value == t.Value {
					c.Value = v
					found = c.join(found, r)
				}
			}
		}
	}
	for _, c := range found {
		c.Alone = c.Directive() != nil && inForce[c.Directive()] == len(c.Routes)
	}
	return found, unread
}

// silences returns what is declared of the connections of a stream server.
func (h *Host) silences(r *nginxconf.Route) []*StreamCut {
	var out []*StreamCut
	for _, a := range h.AppsOn(r) {
		if t := LongestOf(a); t.Known && t.Value < appconf.Infinite {
			out = append(out, &StreamCut{App: a, Silence: t})
		}
		if t := a.PingInterval; a.WebSocket && t.Known {
			out = append(out, &StreamCut{App: a, Silence: t, Ping: true})
		}
	}
	balanced := reachable(r.Scope) && (len(h.Nginx.HTTPServers()) == 0 || len(h.AppsOn(r)) > 0) // else it is for http
	for _, b := range h.Balancers {
		t := b.IdleTimeout
		if balanced && b.Layer == 7 && t.Known && t.Value > 0 && t.Value < appconf.Infinite {
			out = append(out, &StreamCut{Balancer: b, Silence: t})
		}
	}
	return out
}

// reachable reports whether other machines connect to a stream server over TCP.
func reachable(server *nginxconf.Scope) bool {
	return slices.ContainsFunc(server.Own("listen"), func(d *nginxconf.Directive) bool {
		return d.Certain() && argIndex(d, "udp") < 0 && !isLocal(d.Arg(0))
	})
}

// join adds a server to what was found of the same value and silence, or starts
// with it.
func (c *StreamCut) join(found []*StreamCut, r *nginxconf.Route) []*StreamCut {
	for _, f := range found {
		if f.Directive() == c.Directive() && f.Directive() != nil && f.App == c.App && f.Balancer == c.Balancer && f.Ping == c.Ping {
			f.Routes = append(f.Routes, r)
			return found
		}
	}
	c.Routes = []*nginxconf.Route{r}
	return append(found, c)
}
