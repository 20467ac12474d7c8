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

var passiveCheckCascade = &lint.Rule{
	Name:  "upstream/passive-check-cascade",
	Title: "a few failed requests can take all servers of a small upstream out",
	Why: "nginx knows a sick server only by the requests that fail there, and takes it out for fail_timeout after max_fails of them. " +
		"What makes requests fail is seldom one server: a slow page, a restart of one instance after the other. " +
		"With two to four servers that takes all of them out within seconds, and nginx answers 502 to every request (\"no live upstreams\") although all of them work. " +
		"A single server is never taken out.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#fail_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runPassiveCheckCascade,
}

const (
	// fewServers is up to how many servers one cause takes out together.
	fewServers = 4
	// longBan is from which fail_timeout on clients feel that all servers are out.
	longBan = 3 * time.Second
)

func runPassiveCheckCascade(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var shorts []*host.ShortRead
	if len(p.Host.Apps) > 0 {
		shorts, _ = p.Host.ShortReads()
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		shortest, all := host.AllMayFail(u)
		peers := p.Host.PeersOf(u)
		switch {
		case u.Stream || !all || shortest.FailTimeout < longBan || p.Host.ChecksActively(u):
		case peers.Usable.Least < 2 || peers.Usable.Most > fewServers:
		default:
			reportCascade(p, u, peers, shortest, shorts)
		}
	}
}

func reportCascade(p *lint.Pass, u *nginxconf.Upstream, peers host.Peers, shortest host.FailSettings, shorts []*host.ShortRead) {
	verb := " take"
	if shortest.MaxFails == 1 {
		verb = " takes"
	}
	r := p.Report(u.Directive.HeadSpan(), "%s%s a server out for %s: %s of %s can be out at once, and every request gets 502",
		failures(shortest.MaxFails), verb, nginxconf.FormatTime(shortest.FailTimeout), everyServer(u, peers), u.Name).Key("upstream %s", u.Name)
	seeBan(r, shortest)
	caused := seeShortReads(r, u, shorts)
	caused = seeSureRaces(p, r, u) || caused
	switch {
	case caused && !retriedInFront(p.Host):
		r.Severity(lint.Error)
	case !caused && len(p.Host.AppsOf(u)) == 0 && !setsFailures(u):
		r.Severity(lint.Info) // defaults, and nothing is known of what may fail
		return
	}
	suggestStaying(p, r, u)
}

func failures(n int64) string {
	if n == 1 {
		return "one failed request"
	}
	return fmt.Sprintf("%d failed requests", n)
}

// seeShortReads shows routes to an upstream where nginx gives up before the
// application does, and reports whether one is sure.
func seeShortReads(r *lint.Report, u *nginxconf.Upstream, shorts []*host.ShortRead) bool {
	sure := false
	for _, s := range shorts {
		var at []source.Span
		for _, route := range s.Routes {
			if route.Upstream == u {
				at = append(at, route.Pass.HeadSpan())
			}
		}
		if longest := s.Longest(); len(at) > 0 && !longest.Origin.Assumed {
			sure = true
			r.SeeAll(at, "%s may take %s, nginx gives up after %s: that is a failure", s.App.Name,
				nginxconf.FormatTime(longest.Value), nginxconf.FormatTime(s.Read.Value))
		}
	}
	return sure
}

// seeSureRaces shows applications that surely close idle connections before
// nginx does.
func seeSureRaces(p *lint.Pass, r *lint.Report, u *nginxconf.Upstream) bool {
	pool, ok := p.Host.PoolOf(u)
	idle, known := p.Host.IdleTime(pool)
	if use, _ := p.Host.PoolUse(u, pool); !ok || !known || use != host.PoolReused || pool.Origin.Assumed {
		return false
	}
	sure := false
	for _, x := range p.Host.IdleRaces(u, idle, 0) {
		if x.Sure {
			sure = true
			r.SeeOrigin(x.App.KeepAlive.Origin, "%s closes idle connections before nginx does: that is a failure, which upstream/idle-outlives-app mends", x.App.Name)
		}
	}
	return sure
}

// retriedInFront reports whether a balancer in front tries a request again, which
// may reach another nginx.
func retriedInFront(h *host.Host) bool {
	return slices.ContainsFunc(h.Balancers, func(b *appconf.LoadBalancer) bool { return b.Retry.Attempts.Value > 1 })
}

// setsFailures reports whether somebody chose when a server is taken out.
func setsFailures(u *nginxconf.Upstream) bool {
	return slices.ContainsFunc(u.Servers, func(s *nginxconf.Server) bool {
		f, _ := host.FailSettingsOf(s)
		return !f.Default
	})
}

// suggestStaying proposes to keep the servers in, or, where no request is tried
// a second time, to take them out for a second only.
func suggestStaying(p *lint.Pass, r *lint.Report, u *nginxconf.Upstream) {
	name, value, loss := "max_fails", "0", "a server that does not answer is asked by every request whose turn it is, and each waits for the connection to time out"
	for _, route := range p.Host.Nginx.RoutesTo(u) {
		if t, ok := host.RetriesOn(route); ok && t.Off {
			name, value, loss = "fail_timeout", "1s", "a server that is down gets a request every second, and that one fails"
		}
	}
	var edits []source.Edit
	for _, s := range u.Servers {
		if !s.Down {
			edits = append(edits, setParam(s.Directive, name, value))
		}
	}
	r.SuggestUnsafe("set "+name+"="+value+" for the servers of upstream "+u.Name, loss, edits...)
}

// setParam gives a directive's parameter a value.
func setParam(d *nginxconf.Directive, name, value string) source.Edit {
	if i, _ := d.Param(name); i >= 0 {
		return d.SetArg(i, name+"="+value)
	}
	return d.AddArgs(name + "=" + value)
}
