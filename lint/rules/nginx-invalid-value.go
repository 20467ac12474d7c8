package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var invalidValue = &lint.Rule{
	Name:  "nginx/invalid-value",
	Title: "the value is not one that the directive takes",
	Why: "nginx reads values by fixed rules: times end in ms, s, m, h, d, w, sizes in k or m and only some of them in g, " +
		"a switch is on or off, and some values have to fit each other. Otherwise it does not start, and a reload keeps the old configuration.",
	Refs: []string{
		"https://nginx.org/en/docs/syntax.html",
		"https://nginx.org/en/docs/dirindex.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runInvalidValue,
}

func runInvalidValue(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		switch {
		case v.Kind == verdict.InvalidValue:
			reportInvalidValue(p, v)
		case v.Kind == verdict.NotEvaluated && v.Arg >= 0:
			p.Skip(v.Span(), "another program fills in this value before nginx reads it")
		}
	}
}

func reportInvalidValue(p *lint.Pass, v verdict.Verdict) {
	d := v.Directive
	r := p.Report(v.Span(), "%s", v.Message)
	if v.Arg < 0 {
		r.Key("%s in %s", d.Name, v.Scope.Path())
		return
	}
	r.Key("%s %s in %s", d.Name, d.Arg(v.Arg), v.Scope.Path())
	suggestMeant(r, v)
}

// suggestMeant offers the one argument that a refused one can mean.
func suggestMeant(r *lint.Report, v verdict.Verdict) {
	if v.Suggestion != "" {
		r.Label("did you mean %q?", v.Suggestion)
		r.Suggest("write "+v.Suggestion, v.Directive.SetArg(v.Arg, nginxconf.Quote(v.Suggestion)))
	}
}
