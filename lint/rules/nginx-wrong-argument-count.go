package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var wrongArgumentCount = &lint.Rule{
	Name:  "nginx/wrong-argument-count",
	Title: "the directive has too many or too few arguments, or the wrong ending",
	Why: "nginx checks the number of arguments of every directive and whether a block or a semicolon ends it; " +
		"otherwise it does not start. Too many arguments often mean that a semicolon is missing on the line before.",
	Refs:     []string{"https://nginx.org/en/docs/dirindex.html"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runWrongArgumentCount,
}

func runWrongArgumentCount(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind != verdict.WrongArgumentCount && v.Kind != verdict.WrongTerminator {
			continue
		}
		d := v.Directive
		r := p.Report(d.HeadSpan(), "%s", v.Message).Key("%s in %s", d.Name, v.Context)
		if strings.Contains(d.HeadSpan().Text(), "\n") {
			r.Label("is a \";\" missing at the end of this line?")
		}
	}
}
