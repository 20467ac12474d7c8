package rules

import (
	"slices"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var duplicateDirective = &lint.Rule{
	Name:  "nginx/duplicate-directive",
	Title: "a directive that a block takes once is given twice",
	Why: "Most directives keep one value for each block, and nginx refuses a second one even if it is the same: " +
		"it does not start, and a reload keeps the old configuration.",
	Refs: []string{
		"https://nginx.org/en/docs/dev/development_guide.html#config_directives",
		"https://nginx.org/en/docs/ngx_core_module.html#include",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runDuplicateDirective,
}

func runDuplicateDirective(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind == verdict.DuplicateDirective {
			reportDuplicate(p, v)
		}
	}
}

func reportDuplicate(p *lint.Pass, v verdict.Verdict) {
	d := v.Directive
	r := p.Report(d.HeadSpan(), "%s", v.Message).Key("%s %s in %s", d.Name, d.ArgText(), v.Scope.Path())
	if d == v.Earlier {
		r.Label("its file is read more than once in this block")
		seeIncludes(r, v)
		return
	}
	if v.Earlier == nil {
		return
	}
	r.See(v.Earlier.HeadSpan(), "the first one")
	sameBlock := d.Doc == v.Earlier.Doc && d.Parent == v.Earlier.Parent
	if sameBlock && d.Block == nil && d.Name == v.Earlier.Name && slices.Equal(texts(d), texts(v.Earlier)) {
		r.Suggest("delete the repeated "+d.Name, d.Delete())
	}
}

// seeIncludes shows what reads files into the scope.
func seeIncludes(r *lint.Report, v verdict.Verdict) {
	for _, include := range v.Scope.Own("include") {
		r.See(include.HeadSpan(), "an include of this block")
	}
}

func texts(d *nginxconf.Directive) []string {
	out := make([]string, len(d.Args))
	for i := range d.Args {
		out[i] = d.Arg(i)
	}
	return out
}
