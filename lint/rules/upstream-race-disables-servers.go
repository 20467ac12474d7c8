package rules

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var raceDisablesServers = &lint.Rule{
	Name:  "upstream/race-disables-servers",
	Title: "closing idle connections too late can take every server out",
	Why: "A request that nginx sends on a connection the application is just closing counts as a failure of the server, even where a second try saves the request. " +
		"After max_fails of them the server gets no requests for its fail_timeout, and once all servers are out nginx answers 502 to everything, GET too (\"no live upstreams\"). " +
		"With a single server none of this happens. max_fails=0 keeps the servers in and leaves the failed requests; letting go of idle connections first cures both.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runRaceDisablesServers,
}

func runRaceDisablesServers(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		shortest, all := host.AllMayFail(u)
		if !ok || !all || p.Host.ChecksActively(u) || !p.Host.PeersOf(u).Several() {
			continue
		}
		idle, known := p.Host.IdleTime(pool)
		races := slices.DeleteFunc(p.Host.IdleRaces(u, idle, 0), func(x host.IdleRace) bool { return !x.Sure })
		if known && len(races) > 0 {
			reportDisabling(p, u, pool, shortest, races)
		}
	}
}

func reportDisabling(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, shortest host.FailSettings, races []host.IdleRace) {
	use, route := p.Host.PoolUse(u, pool)
	if use == host.PoolUnused {
		return
	}
	idle, _ := p.Host.IdleTime(pool)
	held := "after " + nginxconf.FormatTime(idle)
	if idle == appconf.Infinite {
		held = "never"
	}
	first := races[0]
	r := p.Report(poolPlace(u), "%s closes idle connections after %s, nginx %s: clashes count as failures and can take %s of %s out for %s",
		appName(first.App), nginxconf.FormatTime(first.App.KeepAlive.Value), held, everyServer(u, p.Host.PeersOf(u)), u.Name, nginxconf.FormatTime(shortest.FailTimeout)).
		Key("upstream %s", u.Name)
	if use == host.PoolBlocked || pool.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	seeRaces(r, idle, races)
	seeBan(r, shortest)
	if use == host.PoolBlocked {
		r.See(route.Pass.HeadSpan(), "%s", p.Host.WhyNotReused(route))
	}
	suggestIdle(p, r, u, idle, races)
}

// everyServer counts the servers of an upstream that may get requests.
func everyServer(u *nginxconf.Upstream, peers host.Peers) string {
	switch n := host.UsableServers(u); {
	case n > 1:
		return "all " + countServers(n)
	case peers.Usable.Least > 1:
		return fmt.Sprintf("all %d addresses", peers.Usable.Least)
	}
	return "the only usable server"
}

// seeBan shows the server that comes back first.
func seeBan(r *lint.Report, f host.FailSettings) {
	whence := ""
	if f.Default {
		whence = " by default"
	}
	r.See(f.Span, "max_fails is %d and fail_timeout %s%s", f.MaxFails, nginxconf.FormatTime(f.FailTimeout), whence)
}
