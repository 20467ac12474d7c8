package rules

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

var poolSmallerThanConcurrency = &lint.Rule{
	Name:  "upstream/pool-smaller-than-concurrency",
	Title: "a worker's pool is smaller than the connections it has in use at peak load",
	Why: "By Little's law a worker has as many requests with the application at once as it passes on in the time that one takes. keepalive does " +
		"not limit them, it says how many connections stay when they are done: of a burst the rest is closed and opened anew with the next one.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runPoolSmallerThanConcurrency,
}

func runPoolSmallerThanConcurrency(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok || !p.Host.Facts.Workload.PeakRPS.Known || !p.Host.Facts.Workload.UpstreamLatency.Known {
			continue
		}
		if use, _ := p.Host.PoolUse(u, pool); use == host.PoolUnused || noneKept(p.Host, u) {
			continue
		}
		peak, ok := p.Host.Peak()
		switch {
		case !ok:
			_, why := p.Host.Workers()
			p.Skip(poolPlace(u), why)
		case pool.Size*p.Host.Caches(u, pool) >= peak.Busy:
		case !p.Host.OneTarget():
			p.Skip(poolPlace(u), "the workload is that of the host, and how much of it goes here is not known")
		default:
			reportSmallPool(p, u, pool, peak)
		}
	}
}

// noneKept reports whether every application behind an upstream closes its
// connections after each answer.
func noneKept(h *host.Host, u *nginxconf.Upstream) bool {
	apps := h.AppsOf(u)
	return len(apps) > 0 && !slices.ContainsFunc(apps, func(a *appconf.App) bool { return !host.ClosesEach(a) })
}

func reportSmallPool(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, peak host.PeakLoad) {
	caches := p.Host.Caches(u, pool)
	r := p.Report(poolSize(host.Holding{Upstream: u, Pool: pool}), "a worker keeps %d idle connections to %s, at peak it has %d in use (%s)", pool.Size*caches, u.Name, peak.Busy, peak).
		Key("upstream %s", u.Name)
	if pool.Origin.IsDefault() {
		r.SeeOrigin(pool.Origin, "%d idle connections are kept for each worker and location", pool.Size)
	}
	r.SeeOrigin(peak.Requests.Origin, "%d requests a second are expected", peak.Requests.Value)
	r.SeeOrigin(peak.Latency.Origin, "each takes %s", nginxconf.FormatTime(peak.Latency.Value))
	r.SeeOrigin(peak.Workers.Origin, "nginx starts %s", spelling.Count(peak.Workers.Value, "worker"))
	if n := peak.Size(len(u.Servers)); caches == 1 && p.Host.HoldsPool(u, n*peak.Workers.Value) {
		r.SuggestUnsafe(fmt.Sprintf("set keepalive of upstream %s to %d", u.Name, n),
			fmt.Sprintf("up to %d idle connections stay open to the application", n*peak.Workers.Value), setPool(u, n)...)
	}
}
