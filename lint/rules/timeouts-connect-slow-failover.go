package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var connectSlowFailover = &lint.Rule{
	Name:  "timeouts/connect-slow-failover",
	Title: "nginx waits long for a server that is gone before it tries the next one",
	Why: "A machine that is down or cut off does not refuse a connection, it says nothing, and a request that was sent its way waits for the whole " +
		"connect timeout although another server could answer at once. A handshake takes milliseconds; a few seconds leave room for two lost packets.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runConnectSlowFailover,
}

const (
	// slowConnect is where waiting for a connection becomes longer than clients
	// wait for a page.
	slowConnect = 10 * time.Second
	// enoughConnect leaves room for the SYN to be sent three times, after one and
	// three seconds again.
	enoughConnect = "5s"
)

func runConnectSlowFailover(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.SlowFailovers(slowConnect)
	for _, skip := range unread {
		p.Skip(skip.Span, "how long nginx waits for a connection cannot be read: "+skip.Why)
	}
	for _, f := range found {
		reportSlowFailover(p, f)
	}
}

func reportSlowFailover(p *lint.Pass, f *host.SlowFailover) {
	at, where := f.RouteValue.Place()
	others := "the other one"
	if f.Servers > 2 {
		others = fmt.Sprintf("one of the other %d", f.Servers-1)
	}
	r := p.Report(at, "a request waits %s for a server of %s that is gone, before %s is asked",
		nginxconf.FormatTime(f.Time().Value), f.Upstream.Name, others)
	r.Key("%s in %s for upstream %s", f.Name, where, f.Upstream.Name)
	r.SeeValue(f.RouteValue, "passes to %s", f.Upstream.Name)
	r.See(f.Upstream.Directive.HeadSpan(), "has %d servers", f.Servers)
	r.SuggestUnsafe("set "+f.Name+" to "+enoughConnect, "a server that takes longer than that to accept a connection is passed over",
		f.RouteValue.Set(enoughConnect)...)
}
