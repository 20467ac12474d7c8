package rules

import (
	"github.com/tunelint/tunelint/lint"
)

var syntaxError = &lint.Rule{
	Name:  "nginx/syntax-error",
	Title: "nginx cannot read the file to its end",
	Why: "nginx stops at the first place it cannot read and does not start, or keeps the old configuration on reload. " +
		"What stands behind that place has no effect.",
	Refs:     []string{"https://nginx.org/en/docs/beginners_guide.html#conf_structure"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runSyntaxError,
}

func runSyntaxError(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, doc := range p.Host.Nginx.Documents {
		if doc.Err == nil {
			continue
		}
		r := p.Report(doc.Err.Span, "%s", doc.Err.Message).Key("%s", doc.File.Path)
		if edit, ok := doc.Err.AppendSemicolon(); ok {
			r.See(doc.Err.After, "the statement before it does not end")
			r.Suggest(`add the missing ";"`, edit)
		}
	}
}
