package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

var retryOnEverything = &lint.Rule{
	Name:  "lb/retry-on-everything",
	Title: "the balancer sends requests again that may have been carried out",
	Why: "An answer of 5xx says that something failed, not that nothing was done: an order may be in the books when 502 or 504 comes back. " +
		"nginx itself never sends POST again for this reason. Tries multiply, too: each one of the balancer is tried on several servers by nginx, " +
		"just when they are overloaded. Safe conditions are a connection that could not be made, and methods that are idempotent.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
		"https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on",
	},
	Severity: lint.Warning,
	Run:      runRetryOnEverything,
}

// maxTries is how many times one request may reach applications before that is a
// flood of its own.
const maxTries = 6

// maxAttempts bounds what is multiplied.
const maxAttempts = 1 << 20

func runRetryOnEverything(p *lint.Pass) {
	for _, b := range p.Host.Balancers {
		switch {
		case b.Layer == 4 || b.Retry.Attempts.Known && b.Retry.Attempts.Value < 1:
		case host.RetriesAnswers(b):
			reportRetriedAnswers(p, b)
		case host.RetriesFailures(b):
			reportManyTries(p, b)
		}
	}
}

func reportRetriedAnswers(p *lint.Pass, b *appconf.LoadBalancer) {
	on := b.Retry.RetryOn
	r := p.Report(on.Origin.Span, "%s retries on %s, also a POST that was carried out", b.Name, on.Value).Key("retry of %s", b.Name)
	if b.Retry.Attempts.Known {
		r.SeeOrigin(b.Retry.Attempts.Origin, "up to %s", spelling.Count(b.Retry.Attempts.Value, "time"))
	}
	most, at := p.Host.MostTries(false)
	if at != nil && b.Retry.Attempts.Known && b.Retry.Attempts.Value < maxAttempts {
		r.See(at.Pass.HeadSpan(), "nginx tries up to %d servers each time: a GET may run %d times", most, (b.Retry.Attempts.Value+1)*most)
	}
	if _, post := p.Host.MostTries(true); post != nil {
		next := post.Scope.Effective(post.Module + "_next_upstream").Directive()
		r.See(next.HeadSpan(), "and POST is tried on other servers as well")
	}
}

// reportManyTries reports tries that multiply to too many.
func reportManyTries(p *lint.Pass, b *appconf.LoadBalancer) {
	attempts := b.Retry.Attempts
	most, at := p.Host.MostTries(false)
	if at == nil || !attempts.Known || attempts.Value > maxAttempts || (attempts.Value+1)*most <= maxTries {
		return
	}
	next := at.Scope.Effective(at.Module + "_next_upstream")
	p.Report(attempts.Origin.Span, "%s tries a request %d times and nginx each on %d servers: that is up to %d for one request",
		b.Name, attempts.Value+1, most, (attempts.Value+1)*most).Key("tries of %s", b.Name).
		See(at.Upstream.Directive.HeadSpan(), "has %d servers", host.UsableServers(at.Upstream)).
		SeeOrigin(next.Origin(), "nginx goes on after %s", next.Text())
}
