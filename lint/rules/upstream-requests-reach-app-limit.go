package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var requestsReachAppLimit = &lint.Rule{
	Name:  "upstream/requests-reach-app-limit",
	Title: "the application closes a connection after fewer requests than nginx sends on one",
	Why: "The last answer announces the end, so no request is lost: nginx opens a new connection and the old one waits out its time on the " +
		"application's side. With a limit of one nothing is kept alive at all, and the pool is there for nothing.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_requests",
		"https://tomcat.apache.org/tomcat-11.0-doc/config/http.html",
	},
	Severity: lint.Info,
	Run:      runRequestsReachAppLimit,
}

func runRequestsReachAppLimit(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		if !ok {
			continue
		}
		if use, _ := p.Host.PoolUse(u, pool); use == host.PoolUnused {
			continue
		}
		requests := requestsPerConnection(p.Host, u)
		for _, a := range p.Host.AppsOf(u) {
			limit := a.MaxRequestsPerConnection
			switch {
			case !limit.Known || limit.Value <= 0 || a.KeepAlive.Known && a.KeepAlive.Value == 0:
			case limit.Value == 1 && pool.Origin.IsDefault(): // nobody asked for the pool
			case limit.Value == 1:
				reportNoReuse(p, u, pool, a)
			case !requests.Known:
				p.Skip(u.Directive.HeadSpan(), "how many requests nginx sends on a connection cannot be read")
			case int64(limit.Value) < requests.Value:
				reportChurn(p, u, requests, a)
			}
		}
	}
}

// requestsPerConnection is how many requests nginx sends on one connection.
// Before keepalive_requests came to upstream blocks nothing limited them.
func requestsPerConnection(h *host.Host, u *nginxconf.Upstream) source.Setting[int64] {
	if !h.HasIdleTimeout() {
		return source.Setting[int64]{}
	}
	return u.Scope.Effective("keepalive_requests").Number()
}

func reportChurn(p *lint.Pass, u *nginxconf.Upstream, requests source.Setting[int64], a *appconf.App) {
	limit := a.MaxRequestsPerConnection
	at := requests.Origin.Span
	if requests.Origin.IsDefault() {
		at = poolPlace(u)
	}
	r := p.Report(at, "nginx sends up to %d requests on a connection to %s, %s closes it after %d", requests.Value, u.Name, appName(a), limit.Value).
		Key("upstream %s, application %s", u.Name, a.Name)
	if requests.Origin.IsDefault() {
		r.SeeOrigin(requests.Origin, "keepalive_requests is %d", requests.Value)
	}
	r.SeeOrigin(limit.Origin, "%s closes a connection after %d requests", a.Name, limit.Value)
}

// reportNoReuse reports a pool for an application that closes every connection
// after its first request.
func reportNoReuse(p *lint.Pass, u *nginxconf.Upstream, pool host.Pool, a *appconf.App) {
	limit := a.MaxRequestsPerConnection
	r := p.Report(pool.Origin.Span, "nginx keeps %d idle connections to %s for each worker, but %s closes each after its first request", pool.Size, u.Name, appName(a)).
		Key("upstream %s, application %s", u.Name, a.Name)
	if !limit.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	r.SeeOrigin(limit.Origin, "%s closes a connection after one request", a.Name)
}
