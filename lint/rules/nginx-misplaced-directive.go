package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var misplacedDirective = &lint.Rule{
	Name:  "nginx/misplaced-directive",
	Title: "the directive stands in a context where nginx does not allow it",
	Why: "Every directive has the contexts it may stand in. nginx refuses any other place: it does not start, " +
		"and a reload keeps the old configuration.",
	Refs:     []string{"https://nginx.org/en/docs/dirindex.html"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runMisplacedDirective,
}

func runMisplacedDirective(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if _, slip := upstreamSlip(v); slip || v.Kind != verdict.MisplacedDirective {
			continue
		}
		d := v.Directive
		r := p.Report(d.NameSpan(), "%s", v.Message).Key("%s in %s", d.Name, v.Context)
		if where := allowedContexts(d.Name); where != 0 && where&v.Context == 0 {
			r.Label("allowed in %s", where)
		}
		if d.Parent != nil {
			r.See(d.Parent.Owner.HeadSpan(), "it stands in this block")
		}
	}
}

// allowedContexts returns where nginx's own modules allow a directive.
func allowedContexts(name string) nginxconf.Context {
	var where nginxconf.Context
	for _, def := range nginxconf.Lookup(name) {
		if !def.ThirdParty {
			where |= def.Contexts
		}
	}
	return where
}
