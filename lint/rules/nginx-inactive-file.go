package rules

import (
	"path"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var inactiveFile = &lint.Rule{
	Name:  "nginx/inactive-file",
	Title: "a file among those that nginx reads is not read",
	Why: "An include takes the files whose names match its pattern and no others, without a word about the rest. " +
		"What was written into a file with another ending has no effect, however often nginx is reloaded.",
	Refs:     []string{"https://nginx.org/en/docs/ngx_core_module.html#include"},
	Severity: lint.Info,
	Run:      runInactiveFile,
}

func runInactiveFile(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, f := range p.Host.Nginx.InactiveFiles() {
		p.Report(source.Span{File: f.File}, "%s is not read: its name does not match %s", path.Base(f.Name), path.Base(f.Include.Arg(0))).
			Key("%s", f.Name).
			See(f.Include.HeadSpan(), "takes the files beside it")
	}
}
