package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var unusedDefinition = &lint.Rule{
	Name:  "nginx/unused-definition",
	Title: "an upstream, zone, log format or variable is defined and never used",
	Why: "The definition alone does nothing: a limit zone limits nobody until limit_req or limit_conn names it, a cache stores nothing until proxy_cache does. " +
		"It costs memory for its zone, an unused upstream has its names looked up at every start, and it often means that the line that was to use it got lost.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#upstream",
		"https://nginx.org/en/docs/http/ngx_http_limit_req_module.html",
		"https://nginx.org/en/docs/http/ngx_http_map_module.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runUnusedDefinition,
}

func runUnusedDefinition(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	unused, hidden := p.Host.Nginx.Unused(), p.Host.Nginx.Hidden()
	for _, d := range unused {
		if hidden != nil {
			p.Skip(d.Span(), "it may be used where nothing was seen: "+hidden.Why)
			continue
		}
		p.Report(d.Span(), "%s is never used", definitionName(d)).Key("%s %s", d.What, d.Name)
	}
}

// definitionName is what people call a definition: "upstream backend", "the
// variable $site", "the zone api of limit_req_zone".
func definitionName(d nginxconf.Definition) string {
	switch d.What {
	case "upstream", "log_format":
		return d.What + " " + d.Name
	case "map", "geo", "split_clients":
		return "the variable $" + d.Name + " of this " + d.What
	}
	return "the zone " + d.Name + " of " + d.What
}
