package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var invalidParameter = &lint.Rule{
	Name:  "nginx/invalid-parameter",
	Title: "the directive does not know this parameter, or lacks one it needs",
	Why: "Parameters of the form name=value are read by each directive itself, and nginx refuses one it does not know: " +
		"it does not start, and a reload keeps the old configuration.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_path",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runInvalidParameter,
}

func runInvalidParameter(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind != verdict.InvalidParameter {
			continue
		}
		d := v.Directive
		r := p.Report(v.Span(), "%s", v.Message)
		if v.Arg < 0 {
			r.Key("%s in %s", d.Name, v.Context)
			continue
		}
		r.Key("%s %s in %s", d.Name, d.Arg(v.Arg), v.Context)
		suggestMeant(r, v)
	}
}
