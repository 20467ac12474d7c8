package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var variableChangesURI = &lint.Rule{
	Name:  "upstream/variable-changes-uri",
	Title: "a variable in proxy_pass makes every request go to one URI",
	Why: "Without variables the URI behind the address replaces the part of the request that the location matched. " +
		"With a variable anywhere in proxy_pass nothing is replaced: the URI is sent as it stands, and path and query of the request are lost. " +
		"Leave the URI out and rewrite the request, or name the whole URI with $request_uri or a capture.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runVariableChangesURI,
}

func runVariableChangesURI(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, r := range p.Host.Nginx.Routes() {
		if r.Module != "proxy" || r.Scope.Context != nginxconf.InLocation {
			continue
		}
		match := nginxconf.MatchOf(r.Scope.Directive)
		if match.Operator != "" && match.Operator != "^~" {
			continue
		}
		uri, ok := p.Host.FixedURI(r)
		if !ok {
			continue
		}
		rep := p.Report(r.Pass.HeadSpan(), "every request to %s is passed on as %q, for a variable stands in proxy_pass", match, uri).
			Key("%s in %s", r.Pass.ArgText(), r.Scope.Path())
		if strings.HasSuffix(uri, "/") {
			rep.Label("without a variable what follows %s would be added", match)
		}
	}
}
