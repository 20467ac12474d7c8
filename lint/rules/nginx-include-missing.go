package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var includeMissing = &lint.Rule{
	Name:  "nginx/include-missing",
	Title: "an included file does not exist",
	Why: "nginx looks for a relative name in the folder of the main file, whatever file the include stands in. A name without wildcards must be there, " +
		"and so must what a link leads to: otherwise nginx does not start, and a reload keeps the old configuration. " +
		"Where only a part of the machine was given, the file may be somewhere else; what it sets was not looked at.",
	Refs:     []string{"https://nginx.org/en/docs/ngx_core_module.html#include"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runIncludeMissing,
}

func runIncludeMissing(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	seen := map[string]bool{}
	for _, e := range p.Host.Nginx.Includes {
		if e.Missing && (p.Host.Live || !e.Packaged()) && e.Directive.Certain() && first(seen, e.Directive.HeadSpan().String()+e.Name) {
			reportMissing(p, e)
		}
	}
}

func reportMissing(p *lint.Pass, e *nginxconf.IncludeError) {
	at := e.Directive.HeadSpan()
	beside := p.Host.Nginx.Beside(e)
	var r *lint.Report
	switch {
	case p.Host.Live:
		r = p.Report(at, "%s does not exist: nginx does not start", e.Name)
	case beside != "":
		r = p.Report(at, "%s is not in this tree, but %s is", e.Name, beside).Severity(lint.Warning)
	default:
		r = p.Report(at, "%s is not in this tree, so what it sets was not looked at", e.Name).Severity(lint.Warning)
	}
	r.Key("%s", e.Name)
	if beside != "" {
		r.Label("nginx looks in the folder of the main file, not beside this one")
		r.SuggestUnsafe("include "+beside, "what the file holds takes effect, which it never did", e.Directive.SetArg(0, nginxconf.Quote(beside)))
	}
}
