package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var retriesExceedCaller = &lint.Rule{
	Name:  "upstream/retries-exceed-caller",
	Title: "nginx goes on trying servers when the caller has given up",
	Why: "Each try may take the time to connect and the time to wait for an answer, and only then comes the next server. " +
		"Where the balancer in front gives up before that, its client gets an error although a server that works is left, and nginx works on for nobody. " +
		"next_upstream_timeout stops new tries and never cuts the running one. " +
		"Where the balancer tries again by itself, its attempts multiply with those of nginx, most of all when the servers are overloaded.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream_tries",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runRetriesExceedCaller,
}

// mostTries is how often one request of a client may be tried before retries are
// a load of their own.
const mostTries = 6

func runRetriesExceedCaller(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, s := range p.Host.SlowRetries() {
		reportSlowRetry(p, s)
	}
	budgets, by := p.Host.StackedRetries()
	for _, b := range budgets {
		if b.Tries*by.Retry.Attempts.Value > mostTries {
			reportStacked(p, b, by)
		}
	}
}

func reportSlowRetry(p *lint.Pass, s *host.SlowRetry) {
	b, u, patience := s.Worst, s.Worst.Route.Upstream, s.Balancer.RequestTimeout
	r := p.Report(b.Route.Pass.HeadSpan(), "trying %d servers of %s may take nginx %s, %s gives up after %s",
		b.Tries, u.Name, nginxconf.FormatTime(b.Worst), s.Balancer.Name, nginxconf.FormatTime(patience.Value)).Key("upstream %s", u.Name)
	r.SeeOrigin(b.Connect.Origin, "each try may wait %s for a connection", nginxconf.FormatTime(b.Connect.Value))
	r.SeeOrigin(b.Read.Origin, "and %s for an answer", nginxconf.FormatTime(b.Read.Value))
	if d := b.Retries.Tries.Directive(); d != nil && b.Retries.Tries.First() != "0" {
		r.See(d.HeadSpan(), "%d tries at most", b.Tries)
	}
	if stop := b.Retries.Timeout.Time(); stop.Value > 0 {
		r.SeeOrigin(stop.Origin, "starts no try after %s, and lets the running one end", nginxconf.FormatTime(stop.Value))
	}
	for _, route := range s.Routes {
		if route.Pass != b.Route.Pass {
			r.SeeAll(nginxconf.PassSpans(s.Routes), "passes to %s", u.Name)
			break
		}
	}
	r.SeeOrigin(patience.Origin, "%s waits %s", s.Balancer.Name, nginxconf.FormatTime(patience.Value))
}

func reportStacked(p *lint.Pass, b host.RetryBudget, by *appconf.LoadBalancer) {
	u, attempts := b.Route.Upstream, by.Retry.Attempts
	r := p.Report(b.Route.Pass.HeadSpan(), "a request that fails may be tried %d times: %d attempts of %s, each on %d servers of %s",
		b.Tries*attempts.Value, attempts.Value, by.Name, b.Tries, u.Name).Key("upstream %s behind %s", u.Name, by.Name)
	if d := b.Retries.Tries.Directive(); d != nil && b.Retries.Tries.First() != "0" {
		r.See(d.HeadSpan(), "%d tries", b.Tries)
	} else {
		r.See(u.Directive.HeadSpan(), "each server is tried once")
	}
	r.SeeOrigin(attempts.Origin, "%s makes %d attempts", by.Name, attempts.Value)
}
