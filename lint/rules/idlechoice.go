package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// suggestIdle proposes to let go of idle connections before the application does,
// or to have the application wait.
func suggestIdle(p *lint.Pass, r *lint.Report, u *nginxconf.Upstream, idle time.Duration, races []host.IdleRace) {
	var shorter []source.Edit
	value := idleTarget(p.Host, races[0])
	if value != "" {
		shorter = setIdle(u, value)
	}
	r.Suggest(fmt.Sprintf("set keepalive_timeout of upstream %s to %s", u.Name, value), shorter...)
	if len(races) == 1 {
		a := races[0].App
		suggestAppTime(r, "raise", a, longerIdle(p, u, idle, a), "every idle client holds a connection of the application longer")
	}
}

// longerIdle has an application keep idle connections longer than nginx does. What
// is a slip of units is repaired as one, and an application that cuts reused
// connections by another timer needs that one raised first.
func longerIdle(p *lint.Pass, u *nginxconf.Upstream, idle time.Duration, a *appconf.App) host.AppEdit {
	if idle == appconf.Infinite || host.IdleSlip(a) {
		return host.AppEdit{}
	}
	margin := marginOption(p, u)
	if margin == 0 {
		margin = host.IdleMargin(host.SameMachine(u), appconf.Infinite)
	}
	longer := p.Host.RaiseApp(a, "keepalive_timeout", int64(idle+margin))
	if a.Runtime.CutsReused() && a.HeaderTimeout.Known && int64(a.HeaderTimeout.Value) <= longer.Value {
		return host.AppEdit{}
	}
	return longer
}

// idleTarget is the keepalive_timeout by which nginx lets go first, "" where there
// is none.
func idleTarget(h *host.Host, first host.IdleRace) string {
	target := (first.App.KeepAlive.Value - first.Margin).Truncate(time.Millisecond)
	if target <= 0 || !h.HasIdleTimeout() || host.IdleSlip(first.App) {
		return ""
	}
	return nginxconf.FormatTime(target)
}

// setIdle sets keepalive_timeout in the upstream block.
func setIdle(u *nginxconf.Upstream, value string) []source.Edit {
	if d := u.Scope.Last("keepalive_timeout"); d != nil {
		return []source.Edit{d.SetArg(0, value)}
	}
	return u.Scope.Insert(nginxconf.Statement{Name: "keepalive_timeout", Words: []string{value}})
}
