package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var realipTrustsAll = &lint.Rule{
	Name:  "headers/realip-trusts-all",
	Title: "every client may say which address it comes from",
	Why: "set_real_ip_from names those whose word nginx takes for the client's address: the networks of the balancer. " +
		"Where it names everybody, a client that reaches nginx writes any address into the header: " +
		"limits by address do not hold it back, it can use up the limit of others, and logs are of no use.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_realip_module.html#set_real_ip_from",
	},
	Severity: lint.Warning,
	Run:      runRealipTrustsAll,
}

func runRealipTrustsAll(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, t := range p.Host.TrustsAll() {
		d := t.Directives[0]
		r := p.Report(d.HeadSpan(), "nginx takes the client's address from anybody's %s header", t.Level.Effective("real_ip_header").First()).
			Label("every address").Key("set_real_ip_from in %s", t.Level.Path())
		var others []source.Span
		for _, other := range t.Directives[1:] {
			others = append(others, other.HeadSpan())
		}
		r.SeeAll(others, "and here")
	}
}
