package host

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A chainList holds chains, each once.
type chainList struct {
	chains []*Chain
	byKey  map[string]*Chain
}

// add joins a chain to the one with the same parties and times.
func (l *chainList) add(c *Chain) {
	key := c.key()
	if same := l.byKey[key]; same != nil {
		same.Places, same.Routes = append(same.Places, c.Places...), append(same.Routes, c.Routes...)
		for i, ladder := range c.Ladders {
			for j, hop := range ladder.Hops {
				into := &same.Ladders[i].Hops[j]
				into.At = append(into.At, hop.At...)
			}
		}
		return
	}
	if l.byKey == nil {
		l.byKey = map[string]*Chain{}
	}
	l.byKey[key], l.chains = c, append(l.chains, c)
}

// key holds everything that is shown of a chain but its places.
func (c *Chain) key() string {
	var b strings.Builder
	if c.Condition != nil {
		fmt.Fprintf(&b, "%s ", c.Condition.HeadSpan())
	}
	for _, r := range c.Routes {
		fmt.Fprintf(&b, "%s %s %s %v\x00", r.Module, r.Scheme, r.Target(), c.Silent)
	}
	hops := c.Settings
	for _, l := range c.Ladders {
		hops = append(hops[:len(hops):len(hops)], l.Hops...)
	}
	for _, h := range hops {
		at := h.Time.Origin.Default
		if h.Time.Origin.Span.IsValid() {
			at = h.Time.Origin.Span.String()
		}
		fmt.Fprintf(&b, "%d %s %s %d %v %s %s %s\x00", h.Party, h.Who, h.Name, h.Time.Value, h.Time.Known, at, h.Why, h.Note)
	}
	return b.String()
}

// settings are all times of a chain, by party from outside inwards.
func (h *Host) settings(c *Chain, at *nginxconf.Scope, r *nginxconf.Route) []Hop {
	hops := c.balancerTimes()
	if r != nil {
		at = r.Scope
	}
	for _, name := range []string{"client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"} {
		hops = append(hops, directiveHop(at, name))
	}
	if r == nil {
		return hops
	}
	for _, name := range []string{"connect_timeout", "send_timeout", "read_timeout", "next_upstream_timeout"} {
		hops = append(hops, directiveHop(r.Scope, r.Module+"_"+name))
		if last := &hops[len(hops)-1]; name == "next_upstream_timeout" && last.Time.Known && last.Time.Value == 0 {
			last.Time.Value = appconf.Infinite
		}
	}
	if sum, ok := h.worstCase(r); ok {
		hops = append(hops, sum)
	}
	pool := h.poolHop(r)
	pool.Name = "keepalive_timeout (upstream)"
	hops = append(hops, pool)
	for _, a := range c.Apps {
		hops = append(hops, h.appTimes(a, r.Scope)...)
	}
	return hops
}

func (c *Chain) balancerTimes() []Hop {
	var hops []Hop
	for _, b := range c.Balancers {
		hops = append(hops, balancerHop(b, idleOf(b)), balancerHop(b, answerOf(b)))
	}
	return hops
}

// A Way is what becomes of a request in nginx.
type Way struct {
	nginxconf.Served
	// Chains are those that the request takes: several where an "if" of the location
	// passes it on elsewhere. None where nginx refuses it.
	Chains []*Chain
	// Remarks say what may change the way and what cannot be judged.
	Remarks []Remark
}

// A Remark is something to know about a way, and where it stands.
type Remark struct {
	At   source.Span
	Text string
}

// Ways returns what becomes of a request for a URL, as [nginxconf.ParseRequest]
// reads it, once for each outcome that the address it comes in on may lead to.
// The error says why no server takes it. The host must have an nginx
// configuration.
func (h *Host) Ways(url string) ([]*Way, error) {
	r, err := nginxconf.ParseRequest(url)
	if err != nil {
		return nil, err
	}
	served, err := h.Nginx.Serve(r)
	var out []*Way
	b := newChainBuilder(h)
	for _, s := range served {
		w := &Way{Served: s}
		w.remark()
		b.follow(w)
		out = append(out, w)
	}
	return out, err
}

// follow finds the chains of a way.
func (h *chainBuilder) follow(w *Way) {
	at := w.Location.Scope
	switch {
	case w.Bad != nil:
		return
	case w.Return != nil:
		w.Chains = []*Chain{h.chain(w.Server.Server, nil)}
		return
	}
	if !w.Location.Redirect && at.Answer() == nil && at.Last("internal") == nil {
		for _, r := range h.Nginx.Routes() {
			if r.Module != "stream" && r.Scope.Enclosing(nginxconf.InLocation) == at {
				w.Chains = append(w.Chains, h.chain(at, r))
			}
		}
	}
	if len(w.Chains) == 0 {
		w.Chains = []*Chain{h.chain(at, nil)}
	}
}
