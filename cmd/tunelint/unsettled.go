package main

import (
	"os"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

// unsettled prints the findings about fixes that do not settle and refuses to go on:
// without --write too, as a diff of the others would not be what a write does.
func (s *session) unsettled(r *repair) error {
	shown := &lint.Result{}
	for _, p := range r.parts {
		if f := p.outcome.Unsettled; f != nil {
			one := *p.outcome.After
			one.Findings = []*lint.Finding{f}
			join(shown, &one)
		}
	}
	if len(shown.Findings) == 0 {
		return nil
	}
	write, err := report.Lookup("text")
	if err == nil {
		err = write(s.stderr, shown, s.display(os.Stderr, s.dir))
	}
	if err != nil {
		return fail(exitRefused, err)
	}
	if r.incomplete() {
		return exit(exitIncomplete)
	}
	return exit(exitRefused)
}
