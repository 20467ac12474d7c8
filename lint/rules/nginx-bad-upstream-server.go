package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var badUpstreamServer = &lint.Rule{
	Name:  "nginx/bad-upstream-server",
	Title: "nginx cannot use a server of an upstream block",
	Why: "A server line holds an address and nothing else of a URL: the scheme and the path stand in proxy_pass. " +
		"The methods hash, ip_hash and random know no backup servers, and a block needs one server that is no backup. Otherwise nginx does not start.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runBadUpstreamServer,
}

func runBadUpstreamServer(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind != verdict.BadUpstreamServer {
			continue
		}
		d := v.Directive
		r := p.Report(v.Span(), "%s", v.Message).Key("%s %s in %s", d.Name, d.ArgText(), v.Scope.Path())
		switch {
		case v.Suggestion == "" || v.Arg < 0:
		case v.Arg == 0 && !strings.HasPrefix(d.Arg(0), "http://"):
			r.SuggestUnsafe("write "+v.Suggestion, "the scheme stood for a port or for TLS too, which proxy_pass decides now", d.SetArg(0, nginxconf.Quote(v.Suggestion)))
		default:
			r.Suggest("write "+v.Suggestion, d.SetArg(v.Arg, nginxconf.Quote(v.Suggestion)))
		}
	}
}
