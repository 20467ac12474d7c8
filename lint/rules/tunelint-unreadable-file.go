package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var unreadableFile = &lint.Rule{
	Name:  "tunelint/unreadable-file",
	Title: "a file that belongs to the host cannot be read",
	Why: "What stands in the file takes part in how the host behaves, and nothing of it was looked at. " +
		"A clean report about the rest would say more than is known.",
	Refs:     []string{"https://nginx.org/en/docs/ngx_core_module.html#include"},
	Severity: lint.Error,
	Locked:   true,
	Run:      runUnreadableFile,
}

func runUnreadableFile(p *lint.Pass) {
	for _, problem := range p.Host.Problems {
		at := problem.Span
		if !at.IsValid() {
			at = source.Span{File: source.NewFile(problem.Path, "")}
		}
		p.Report(at, "%s cannot be read: %v", problem.Path, problem.Err).Key("%s", problem.Path)
	}
	if p.Host.Nginx == nil {
		return
	}
	for _, e := range p.Host.Nginx.Includes {
		if !e.Missing && !e.Loop {
			p.Report(e.Directive.HeadSpan(), "%s cannot be read: %v", e.Name, e.Err).Key("%s", e.Name)
		}
	}
}
