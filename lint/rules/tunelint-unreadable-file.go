package rules

import (
	"errors"
	"fmt"

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
		p.Report(at, "%s %s", problem.Path, whyUnread(problem.Err)).Key("%s", problem.Path)
	}
	if p.Host.Nginx == nil {
		return
	}
	for _, e := range p.Host.Nginx.Includes {
		if !e.Missing && !e.Loop {
			p.Report(e.Directive.HeadSpan(), "%s %s", e.Name, whyUnread(e.Err)).Key("%s", e.Name)
		}
	}
}

// whyUnread says what an error means for a file, as words that follow its name.
func whyUnread(err error) string {
	var outside *source.OutsideError
	if errors.As(err, &outside) {
		return outside.Error()
	}
	return fmt.Sprintf("cannot be read: %v", err)
}
