package rules

import (
	"github.com/tunelint/tunelint/lint"
)

var headerLimitSmaller = &lint.Rule{
	Name:  "lb/header-limit-smaller",
	Title: "the balancer refuses requests that nginx is set up to take",
	Why: "A request passes the balancer first. What is too large for it is answered there, with 413, 431 or 400 and without a line in nginx's logs, " +
		"and the larger limit of nginx never comes into play.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
	},
	Severity: lint.Warning,
	Run:      runHeaderLimitSmaller,
}

func runHeaderLimitSmaller(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, l := range p.Host.EdgeLimits() {
		what := "request bodies"
		if l.Directive.Name == "large_client_header_buffers" {
			what = "headers"
		}
		p.Report(l.Directive.HeadSpan(), "nginx takes %s of up to %s, %s lets %s through", what, sizeText(l.Size), l.Balancer.Name, exactSize(l.Most.Value)).
			Key("%s in %s behind %s", l.Directive.Name, l.Level.Path(), l.Balancer.Name).
			SeeOrigin(l.Most.Origin, "%s refuses more than %s", l.Balancer.Name, exactSize(l.Most.Value))
	}
}
