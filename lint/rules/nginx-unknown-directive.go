package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var unknownDirective = &lint.Rule{
	Name:  "nginx/unknown-directive",
	Title: "no nginx module has a directive of this name",
	Why: "nginx refuses a configuration with a name it does not know: it does not start, and a reload keeps the old configuration. " +
		"A directive of a third-party module is known only where that module is built in or loaded.",
	Refs:     []string{"https://nginx.org/en/docs/dirindex.html"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runUnknownDirective,
}

func runUnknownDirective(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if _, slip := upstreamSlip(v); slip || v.Kind != verdict.UnknownDirective {
			continue
		}
		d := v.Directive
		r := p.Report(d.NameSpan(), "%s", v.Message).Key("%s in %s", d.Name, v.Context)
		switch {
		case len(v.ThirdParty) > 0:
			r.Severity(lint.Info).Label("known to %s, which is not declared", strings.Join(v.ThirdParty, ", "))
		case len(v.Lacking) > 0:
			r.Label("known to %s, which this nginx was not built with and does not load", strings.Join(v.Lacking, ", "))
		case v.Suggestion != "":
			r.Label("did you mean %q?", v.Suggestion)
			r.Suggest("write "+v.Suggestion, d.SetName(v.Suggestion))
		}
	}
}
