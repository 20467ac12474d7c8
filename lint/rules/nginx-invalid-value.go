package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var invalidValue = &lint.Rule{
	Name:  "nginx/invalid-value",
	Title: "the value is not a time, size, number or word that the directive takes",
	Why: "nginx reads values by fixed rules: times end in ms, s, m, h, d, w, sizes in k or m and only some of them in g, " +
		"a switch is on or off. With anything else it does not start, and a reload keeps the old configuration.",
	Refs: []string{
		"https://nginx.org/en/docs/syntax.html",
		"https://nginx.org/en/docs/dirindex.html",
	},
	Severity: lint.Error,
	Apply:    []string{"nginx -s reload"},
	Run:      runInvalidValue,
}

func runInvalidValue(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Nginx.Verdicts() {
		switch {
		case v.Kind == nginxconf.InvalidValue:
			reportInvalidValue(p, v)
		case v.Kind == nginxconf.NotEvaluated && v.Arg >= 0:
			p.Skip(v.Directive.ArgSpan(v.Arg), "another program fills in this value before nginx reads it")
		}
	}
}

func reportInvalidValue(p *lint.Pass, v nginxconf.Verdict) {
	d := v.Directive
	r := p.Report(d.ArgSpan(v.Arg), "%s", v.Message).Key("%s %s in %s", d.Name, d.Arg(v.Arg), v.Scope.Path())
	if v.Suggestion != "" {
		r.Label("did you mean %q?", v.Suggestion)
		r.Suggest("write "+v.Suggestion, d.SetArg(v.Arg, nginxconf.Quote(v.Suggestion)))
	}
}
