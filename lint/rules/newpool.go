package rules

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// poolStatements are what makes a pool that lets go of connections before the
// applications behind an upstream do; nil where nobody knows when they do.
func poolStatements(h *host.Host, u *nginxconf.Upstream, n int64) []nginxconf.Statement {
	apps := h.AppsOf(u)
	shortest := shortestKept(apps)
	if shortest == nil || !h.Covers(u) || !h.HasIdleTimeout() || slices.ContainsFunc(apps, unsureKept) {
		return nil
	}
	pool := []nginxconf.Statement{{Name: "keepalive", Words: []string{strconv.FormatInt(n, 10)}}}
	keep := shortest.KeepAlive.Value
	target := (keep - min(host.IdleMargin(host.SameMachine(u), keep), keep/2)).Truncate(time.Millisecond)
	if target < enoughIdle {
		pool = append(pool, nginxconf.Statement{Name: "keepalive_timeout", Words: []string{nginxconf.FormatTime(target)}})
	}
	return pool
}

// letGoFirst makes nginx let go of idle connections before the applications do, for
// fixes by which it begins to keep any: with the pool that nobody asked for. Where it
// is used or asked for, upstream/idle-outlives-app speaks of it; nil then, and where
// there is no race.
func letGoFirst(h *host.Host, u *nginxconf.Upstream, pool host.Pool) (edits []source.Edit, value string) {
	idle, known := h.IdleTime(pool)
	use, _ := h.PoolUse(u, pool)
	races := h.IdleRaces(u, idle, 0)
	if use != host.PoolUnused || !known || len(races) == 0 {
		return nil, ""
	}
	if value = idleTarget(h, races[0]); value != "" {
		edits = setIdle(u, value)
	}
	return edits, value
}

// suggestReuse suggests a fix by which nginx comes to use a pool. One that is larger
// than what an application holds was asked for, and works at the cost of others.
func suggestReuse(r *lint.Report, full *host.Overfill, title string, edits []source.Edit) {
	if full == nil {
		r.Suggest(title, edits...)
		return
	}
	r.SuggestUnsafe(title, fmt.Sprintf("nginx then keeps up to %d idle connections to %s, which holds %d: new ones may have to wait", full.Idle, full.App.Name, full.Limit), edits...)
}

// adviseSmallerPool says why a pool is not brought to use.
func adviseSmallerPool(r *lint.Report, o *host.Overfill) {
	r.See(o.Upstream.Directive.HeadSpan(), "nginx would keep %d idle connections to %s, which holds %d: a smaller keepalive comes first",
		o.Idle, o.App.Name, o.Limit)
}

// lettingGo says in a fix's title what letGoFirst adds to it.
func lettingGo(idle string) string {
	if idle == "" {
		return ""
	}
	return ", and let go of idle connections after " + idle
}

// unsureKept reports whether the idle time of an application is nothing to rely on.
func unsureKept(a *appconf.App) bool { return a.KeepAlive.Origin.Assumed || host.IdleSlip(a) }

// reuseEdits makes routes reuse connections once they lead to a pool; false
// where that cannot be done without changing other routes.
func reuseEdits(h *host.Host, routes []*nginxconf.Route) ([]source.Edit, bool) {
	pooled := func(r *nginxconf.Route) bool { return slices.Contains(routes, r) || h.Pooled(r) }
	version, headers := h.ReachWith(httpVersion, pooled), h.ReachWith(setHeader, pooled)
	var edits []source.Edit
	for _, r := range routes {
		reuse := h.ReuseOn(r)
		if r.Module != "proxy" || !reuse.Known {
			return nil, false
		}
		if reuse.HTTP10 {
			more := http11Edits(version, []*nginxconf.Route{r})
			if edits = append(edits, more...); more == nil {
				return nil, false
			}
		}
		if reuse.Close {
			more := clearConnection(h, headers, r)
			if edits = append(edits, more...); more == nil {
				return nil, false
			}
		}
	}
	return nginxconf.Join(edits), true
}
