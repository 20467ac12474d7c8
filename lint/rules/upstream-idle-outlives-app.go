package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var idleOutlivesApp = &lint.Rule{
	Name:  "upstream/idle-outlives-app",
	Title: "nginx keeps idle upstream connections as long as the application does, or longer",
	Why: "When the application's timer runs out first, nginx can pick a connection in the very moment it is being closed. " +
		"POST and PATCH requests sent there end in 502 (\"upstream prematurely closed connection\" or \"connection reset by peer\"), " +
		"others are silently tried a second time. Nothing is lost where nginx lets go first.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
		"https://nodejs.org/api/http.html#serverkeepalivetimeout",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runIdleOutlivesApp,
}

func runIdleOutlivesApp(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok || len(p.Host.AppsOf(u)) == 0 {
			continue
		}
		idle, known := p.Host.IdleTime(pool)
		if !known {
			p.Skip(u.Directive.HeadSpan(), "how long nginx keeps idle connections cannot be read")
			continue
		}
		if races := p.Host.IdleRaces(u, idle, marginOption(p, u)); len(races) > 0 {
			reportIdle(p, u, pool, idle, races)
		}
	}
}

// marginOption reads the option margin, zero when it is not set.
func marginOption(p *lint.Pass, u *nginxconf.Upstream) time.Duration {
	text := p.Option("margin", "")
	margin, err := appconf.ParseDuration(text)
	if text != "" && err != nil {
		p.Skip(u.Directive.HeadSpan(), "the option margin is not a time: "+text)
	}
	return margin
}

func reportIdle(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, idle time.Duration, races []host.IdleRace) {
	use, route := p.Host.PoolUse(u, pool)
	if use == host.PoolUnused {
		return
	}
	first := races[0]
	keep := first.App.KeepAlive.Value
	held := "keeps idle connections to " + u.Name + " for " + nginxconf.FormatTime(idle)
	if idle == appconf.Infinite {
		held = "never closes idle connections to " + u.Name
	}
	r := p.Report(poolPlace(u), "nginx %s, %s closes them after %s", held, appName(first.App), nginxconf.FormatTime(keep)).Key("upstream %s", u.Name)
	lost := p.Host.PoolLost(u)
	if use == host.PoolBlocked || lost != nil || pool.Origin.Assumed || !slices.ContainsFunc(races, func(x host.IdleRace) bool { return x.Sure }) {
		r.Severity(lint.Warning)
	}
	seeRaces(r, idle, races)
	if pool.Origin.IsDefault() {
		r.SeeOrigin(pool.Origin, "%d idle connections are kept for each worker", pool.Size)
	}
	if lost != nil {
		r.See(lost.HeadSpan(), "takes the pool away: no connection is reused as it stands")
	} else if use == host.PoolBlocked {
		r.See(route.Pass.HeadSpan(), "%s", p.Host.WhyNotReused(route))
	} else if n := host.FailingServers(u); n > 1 {
		r.See(u.Servers[0].Directive.HeadSpan(), "with %d servers, each such failure also takes a server out for its fail_timeout", n)
	}
	suggestIdle(p, r, u, idle, races)
}

// poolPlace is what decides the idle time: keepalive_timeout, else the directive
// that makes the pool, else the block.
func poolPlace(u *nginxconf.Upstream) source.Span {
	for _, name := range []string{"keepalive_timeout", "keepalive"} {
		if d := u.Scope.Last(name); d != nil {
			return d.HeadSpan()
		}
	}
	return u.Directive.HeadSpan()
}

// appName is what a message calls an application.
func appName(a *appconf.App) string {
	if a.RuntimeLabel != "" {
		return a.RuntimeLabel
	}
	return "the application " + a.Name
}

func seeRaces(r *lint.Report, idle time.Duration, races []host.IdleRace) {
	for _, x := range races {
		label := fmt.Sprintf("%s closes an idle connection after %s", x.App.Name, nginxconf.FormatTime(x.App.KeepAlive.Value))
		if slack := x.App.KeepAliveSlack; slack > 0 {
			label += ", in fact " + nginxconf.FormatTime(slack) + " later"
		}
		if gap := x.App.KeepAlive.Value - idle; gap > 0 {
			label += fmt.Sprintf(": %s after nginx, where %s are advised", nginxconf.FormatTime(gap), nginxconf.FormatTime(x.Margin))
		}
		r.SeeOrigin(x.App.KeepAlive.Origin, "%s", label)
	}
}
