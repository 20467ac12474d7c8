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

var failTimeoutBelowStartup = &lint.Rule{
	Name:  "upstream/fail-timeout-below-startup",
	Title: "a server that restarts is asked again before the application has started",
	Why: "After fail_timeout nginx sends the next request to a server it had taken out. While the application is still starting that request fails or hangs, " +
		"and the client waits for the second try; then the time begins anew. " +
		"Where other servers carry the load, fail_timeout can outlast the start. With up to four servers a long one does more harm: a restart of one after the other takes all out.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#fail_timeout",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runFailTimeoutBelowStartup,
}

func runFailTimeoutBelowStartup(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		peers := p.Host.PeersOf(u)
		if peers.Usable.Least < 2 || p.Host.ChecksActively(u) {
			continue
		}
		for _, a := range p.Host.AppsOf(u) {
			if servers := tooEarly(p.Host, u, a, peers); len(servers) > 0 {
				reportTooEarly(p, u, a, peers, servers)
			}
		}
	}
}

// tooEarly returns the servers that come back before the application has
// started. With few servers a very short time is the better choice.
func tooEarly(h *host.Host, u *nginxconf.Upstream, a *appconf.App, peers host.Peers) []*nginxconf.Server {
	var out []*nginxconf.Server
	for _, s := range u.Servers {
		f, ok := host.FailSettingsOf(s)
		chosen := f.FailTimeout < longBan && peers.Usable.Most <= fewServers
		if ok && !s.Down && !chosen && f.MaxFails > 0 && a.StartupTime.Known && f.FailTimeout < a.StartupTime.Value && h.Serves(a, u, s) {
			out = append(out, s)
		}
	}
	return out
}

func reportTooEarly(p *lint.Pass, u *nginxconf.Upstream, a *appconf.App, peers host.Peers, servers []*nginxconf.Server) {
	first, _ := host.FailSettingsOf(servers[0])
	for _, s := range servers {
		if f, _ := host.FailSettingsOf(s); f.FailTimeout < first.FailTimeout {
			first = f
		}
	}
	start := a.StartupTime
	r := p.Report(first.Span, "a server of %s that failed is asked again after %s, %s needs %s to start",
		u.Name, nginxconf.FormatTime(first.FailTimeout), appName(a), nginxconf.FormatTime(start.Value)).Key("upstream %s and %s", u.Name, a.Name)
	if first.Default {
		seeBan(r, first)
	}
	r.SeeOrigin(start.Origin, "%s answers after %s", a.Name, nginxconf.FormatTime(start.Value))
	if peers.Usable.Most <= fewServers {
		r.See(u.Directive.HeadSpan(), "with so few servers max_fails=0 is better than a longer fail_timeout, which takes all of them out during a restart")
	}
	if peers.Usable.Least <= fewServers {
		return
	}
	value := nginxconf.FormatTime(start.Value.Truncate(time.Second) + 5*time.Second)
	var edits []source.Edit
	for _, s := range servers {
		edits = append(edits, setParam(s.Directive, "fail_timeout", value))
	}
	r.SuggestUnsafe(fmt.Sprintf("set fail_timeout=%s for the servers of upstream %s", value, u.Name),
		"a server that failed for another reason stays out for as long", edits...)
}
