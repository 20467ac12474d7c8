package rules

import (
	"github.com/tunelint/tunelint/lint"
)

var methodAfterKeepalive = &lint.Rule{
	Name:  "upstream/method-after-keepalive",
	Title: "a balancing method below keepalive takes the pool away",
	Why: "Before 1.29.7 both directives put themselves in charge of the upstream, and keepalive has to come last, on top of the method. " +
		"The other way round nginx warns \"load balancing method redefined\", goes on without the pool, and opens a connection for every request.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://nginx.org/en/CHANGES",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runMethodAfterKeepalive,
}

func runMethodAfterKeepalive(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		pool, ok := p.Host.PoolOf(u)
		method := p.Host.PoolLost(u)
		if !ok || method == nil {
			continue
		}
		keepalive := u.Scope.Last("keepalive")
		p.Report(method.HeadSpan(), "%s below keepalive: %s loses its pool of %d idle connections for each worker", method.HeadText(), u.Name, pool.Size).
			Key("upstream %s", u.Name).
			See(keepalive.HeadSpan(), "has no effect above %s (nginx %s)", method.Name, p.Host.Nginx.Release()).
			Suggest("move keepalive of upstream "+u.Name+" below "+method.Name, keepalive.MoveBehind(method)...)
	}
}
