package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var forwardedMissing = &lint.Rule{
	Name:  "headers/forwarded-missing",
	Title: "the application cannot tell clients apart",
	Why: "The application's connections come from nginx, so every request seems to come from one address and over plain HTTP. " +
		"Its logs, limits and bans see a single client, and what it builds for https, such as redirects and secure cookies, goes wrong. " +
		"nginx says who the client is only where a header is set for it.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
		"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runForwardedMissing,
}

func runForwardedMissing(p *lint.Pass) {
	if p.Host.Nginx == nil || p.Host.BehindHTTPBalancer() { // its headers pass through
		return
	}
	lacks := func(s *host.HeaderSet) bool {
		return !s.TellsClient() && s.Routes[0].Scope.Effective("proxy_bind").Directive() == nil
	}
	for _, l := range lackingSets(p, lacks) {
		r := p.Report(l.routes[0].Pass.HeadSpan(), "requests do not say which client they come from, nor whether it used https").
			Key("X-Forwarded-For in %s", l.at.Path()).SeeAll(nginxconf.PassSpans(l.routes[1:]), "nor from here")
		if set := l.sets[0]; len(set.Directives) > 0 {
			r.See(set.Directives[0].HeadSpan(), "the headers that are set here do not say it")
		}
		r.SuggestUnsafe("send X-Forwarded-For and X-Forwarded-Proto", "an application that trusts these headers shows other addresses and links than before",
			l.insert(
				nginxconf.Statement{Name: "proxy_set_header", Words: []string{"X-Forwarded-For", "$proxy_add_x_forwarded_for"}},
				nginxconf.Statement{Name: "proxy_set_header", Words: []string{"X-Forwarded-Proto", "$scheme"}},
			)...)
	}
}
