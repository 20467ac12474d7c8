package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var idleFarBelowApp = &lint.Rule{
	Name:  "upstream/idle-far-below-app",
	Title: "nginx lets go of idle connections long before the application would",
	Why: "A keepalive_timeout that was once lowered for an application with a short time keeps throwing connections away after the application " +
		"was changed: after every short pause requests pay for a new one. It only has to be shorter by a margin, so that nginx lets go first.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runIdleFarBelowApp,
}

// What nginx keeps a connection for by default is long enough for anybody; a
// quarter of what the application allows, or less, is far below; and where that
// is no more than ten seconds there is little to win.
const (
	enoughIdle   = 60 * time.Second
	farBelow     = 4
	littleToGain = 10 * time.Second
)

func runIdleFarBelowApp(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		d := u.Scope.Last("keepalive_timeout")
		if !ok || d == nil || !pool.IdleTimeout.Known || pool.IdleTimeout.Value >= enoughIdle || pool.IdleTimeout.Value == 0 {
			continue
		}
		if use, _ := p.Host.PoolUse(u, pool); use == host.PoolUnused {
			continue
		}
		if a := shortestKept(p.Host.AppsOf(u)); a != nil && a.KeepAlive.Value > littleToGain && pool.IdleTimeout.Value <= a.KeepAlive.Value/farBelow {
			reportFarBelow(p, u, d, pool, a)
		}
	}
}

// shortestKept returns the application that closes idle connections first; nil
// where one of them does so after every answer, or at a time nobody knows.
func shortestKept(apps []*appconf.App) *appconf.App {
	var out *appconf.App
	for _, a := range apps {
		switch {
		case !a.KeepAlive.Known || a.KeepAlive.Value == 0 || a.MaxRequestsPerConnection.Value == 1:
			return nil
		case out == nil || a.KeepAlive.Value < out.KeepAlive.Value:
			out = a
		}
	}
	return out
}

func reportFarBelow(p *lint.Pass, u *nginxconf.Upstream, d *nginxconf.Directive, pool host.Pool, a *appconf.App) {
	keep := a.KeepAlive.Value
	held, label := "never closes them", "%s never closes an idle connection"
	if keep != appconf.Infinite {
		held = "keeps them for " + nginxconf.FormatTime(keep)
		label = "%s closes an idle connection after " + nginxconf.FormatTime(keep)
	}
	r := p.Report(d.HeadSpan(), "nginx closes idle connections to %s after %s, %s %s", u.Name, nginxconf.FormatTime(pool.IdleTimeout.Value), appName(a), held).
		Key("upstream %s", u.Name)
	r.SeeOrigin(a.KeepAlive.Origin, label, a.Name)
	target := min(keep-host.IdleMargin(host.SameMachine(u), keep), enoughIdle)
	if !a.KeepAlive.Origin.Assumed && target > pool.IdleTimeout.Value && p.Host.Covers(u) {
		value := nginxconf.FormatTime(target)
		r.SuggestUnsafe(fmt.Sprintf("set keepalive_timeout of upstream %s to %s", u.Name, value),
			"idle connections stay open longer, here and at the application", d.SetArg(0, value))
	}
}
