package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var singleServerFailSettings = &lint.Rule{
	Name:  "upstream/single-server-fail-settings",
	Title: "an upstream with one server in use treats failures otherwise than it seems",
	Why: "nginx never takes the only server of an upstream out: max_fails and fail_timeout have no effect there. " +
		"But a server marked down counts as a second one. Beside it the only server in use is taken out after max_fails failures, one by default, " +
		"and until fail_timeout is over nginx answers 502 without asking anybody (\"no live upstreams\").",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runSingleServerFailSettings,
}

func runSingleServerFailSettings(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		peers := p.Host.PeersOf(u)
		settings, fails := host.AllMayFail(u)
		switch {
		case !fails || peers.Usable.Most != 1 || p.Host.ChecksActively(u):
		case peers.Single() && !settings.Default:
			reportNoEffect(p, u)
		case peers.Several():
			reportOnlyTakenOut(p, u, settings)
		}
	}
}

// reportNoEffect reports settings of the only server.
func reportNoEffect(p *lint.Pass, u *nginxconf.Upstream) {
	d := u.Servers[0].Directive
	var names []string
	var at source.Span
	for _, name := range []string{"max_fails", "fail_timeout"} {
		if i, value := d.Param(name); i >= 0 {
			names = append(names, name+"="+value)
			at = d.ArgSpan(i)
		}
	}
	verb := "has"
	if len(names) > 1 {
		verb, at = "have", d.HeadSpan()
	}
	p.Report(at, "%s %s no effect: %s has one server, which is never taken out", strings.Join(names, " and "), verb, u.Name).Key("upstream %s", u.Name)
}

// reportOnlyTakenOut reports a server that is taken out because others are
// marked down.
func reportOnlyTakenOut(p *lint.Pass, u *nginxconf.Upstream, settings host.FailSettings) {
	verb := " takes"
	if settings.MaxFails > 1 {
		verb = " take"
	}
	r := p.Report(settings.Span, "%s%s the only usable server of %s out for %s", failures(settings.MaxFails), verb, u.Name, nginxconf.FormatTime(settings.FailTimeout)).
		Key("upstream %s beside one down", u.Name)
	if settings.Default {
		seeBan(r, settings)
	}
	var down []source.Span
	var edits []source.Edit
	for _, s := range u.Servers {
		if s.Down {
			down = append(down, s.Directive.HeadSpan())
		} else {
			edits = append(edits, setParam(s.Directive, "max_fails", "0"))
		}
	}
	r.SeeAll(down, "is never asked, but counts as a second server")
	r.Suggest(fmt.Sprintf("set max_fails=0 for the only usable server of upstream %s", u.Name), edits...)
}
