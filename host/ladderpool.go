package host

import (
	"fmt"
	"math"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// poolIdleHops are the times for idle connections from nginx to what it passes to.
func (h *Host) poolIdleHops(c *Chain, r *nginxconf.Route) []Hop {
	hops := []Hop{h.poolHop(r)}
	for _, a := range c.Apps {
		hops = append(hops, keepHop(a))
	}
	return append(hops, undeclared(c, r, "keepalive_timeout")...)
}

// poolHop is how long nginx keeps idle connections of a route.
func (h *Host) poolHop(r *nginxconf.Route) Hop {
	hop := Hop{Party: Nginx, Who: "nginx", Name: "keepalive_timeout", Time: source.Known(time.Duration(0), source.Origin{})}
	u := r.Upstream
	switch {
	case u == nil && r.Variable:
		hop.Time.Known, hop.Why = false, "where it passes to is known at run time only"
		return hop
	case u == nil:
		hop.Note = "keeps none: connections to an address outside an upstream block are closed"
		return hop
	}
	hop.At = []source.Span{u.Directive.HeadSpan()}
	pool, ok := h.PoolOf(u)
	keepalive := u.Scope.Last("keepalive")
	switch reuses, known := h.Reuses(r); {
	case !ok && keepalive != nil && keepalive.Arg(0) != "0":
		hop.Time, hop.Why = source.Setting[time.Duration]{Origin: source.Origin{Span: keepalive.HeadSpan()}}, "how many connections it keeps cannot be read"
		return hop
	case !ok:
		hop.Time.Origin, hop.Note = source.Origin{Span: u.Directive.HeadSpan()}, "keeps none: the upstream block has no keepalive"
		return hop
	case h.PoolLost(u) != nil:
		hop.Note = "the pool is lost: " + h.PoolLost(u).HeadText() + " below keepalive replaces it"
	case !known || !reuses:
		hop.Note = h.WhyNotReused(r)
	}
	if pool.Origin.Span.IsValid() {
		hop.At = append(hop.At, pool.Origin.Span)
	}
	hop.Time = pool.IdleTimeout
	if idle, known := h.IdleTime(pool); known {
		hop.Time.Value, hop.Time.Known = idle, true
	}
	switch {
	case !hop.Time.Known:
		hop.Why = "how long it keeps them cannot be read"
	case hop.Time.Value == appconf.Infinite:
		hop.Time.Origin = source.Origin{Default: "nginx before 1.15.3"}
	}
	return hop
}

// worstCase is how long nginx may keep a request that every server leaves
// without an answer: each try connects and waits, and no new one starts after
// *_next_upstream_timeout. false where there is but one try.
func (h *Host) worstCase(r *nginxconf.Route) (Hop, bool) {
	hop := Hop{Party: Nginx, Who: "nginx", Name: "all tries", At: []source.Span{r.Pass.HeadSpan()}}
	t, ok := RetriesOn(r)
	if ok && (t.Off || !t.After("timeout")) {
		return hop, false
	}
	connect, read := r.Scope.Effective(r.Module+"_connect_timeout").Time(), r.Scope.Effective(r.Module+"_read_timeout").Time()
	tries, why := h.tries(t, r)
	limit := t.Timeout.Time()
	switch {
	case !ok || !connect.Known || !read.Known || !limit.Known:
		hop.Why = "a setting of the tries cannot be read"
		return hop, true
	case why != "":
		hop.Why = why
		return hop, true
	case tries < 2:
		return hop, false
	}
	one := add(connect.Value, read.Value)
	sum := time.Duration(math.MaxInt64)
	if one < sum/time.Duration(tries) {
		sum = one * time.Duration(tries)
	}
	hop.Note = fmt.Sprintf("%d tries of %s to connect and %s to read", tries, nginxconf.FormatTime(connect.Value), nginxconf.FormatTime(read.Value))
	if limit.Value > 0 && add(limit.Value, one) < sum {
		sum = add(limit.Value, one)
		hop.Note += ", the last one begun before " + nginxconf.FormatTime(limit.Value)
	}
	hop.Time = source.Known(sum, decidingTries(t))
	return hop, true
}

// add adds times; what is too long is [appconf.Infinite].
func add(a, b time.Duration) time.Duration {
	if a > appconf.Infinite-b {
		return appconf.Infinite
	}
	return a + b
}

// tries returns how many servers a request is tried on, or why nobody can tell.
func (h *Host) tries(t Retries, r *nginxconf.Route) (n int, why string) {
	var servers Count
	switch {
	case r.Variable:
		return 0, "where it passes to is known at run time only"
	case r.Upstream != nil:
		servers = h.PeersOf(r.Upstream).Usable
	default:
		servers = h.addresses(&nginxconf.Server{Address: r.Address})
	}
	limit := t.Tries.Number()
	switch {
	case !limit.Known:
		return 0, "a setting of the tries cannot be read"
	case limit.Value > 0 && limit.Value < int64(servers.Most):
		return int(limit.Value), ""
	case servers.Least < servers.Most:
		return 0, "how many addresses a name has is not known"
	}
	return servers.Most, ""
}

// decidingTries is the directive that limits the tries, if one does.
func decidingTries(t Retries) source.Origin {
	for _, v := range []nginxconf.Value{t.Timeout, t.Tries, t.Next} {
		if d := v.Directive(); d != nil {
			return source.Origin{Span: d.HeadSpan()}
		}
	}
	return t.Next.Origin()
}
