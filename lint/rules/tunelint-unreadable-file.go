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
		at := e.Directive.HeadSpan()
		switch {
		case e.Loop:
			p.Report(at, "%s includes itself; nginx crashes or refuses it", e.Name).Key("loop %s", e.Name)
		case !e.Missing:
			p.Report(at, "%s cannot be read: %v", e.Name, e.Err).Key("%s", e.Name)
		case p.Host.Live:
			p.Report(at, "%s does not exist; nginx does not start", e.Name).Key("%s", e.Name)
		case !e.Packaged():
			r := p.Report(at, "%s is not in this tree, so what it sets was not looked at", e.Name)
			r.Severity(lint.Warning).Key("%s", e.Name)
		}
	}
}
