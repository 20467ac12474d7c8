package main

import (
	"slices"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// shared returns the files that are changed for one host and read by others. Those are
// looked at with the changes too, also where they are not repaired.
func (p *part) shared() []report.Shared {
	others := map[string][]string{}
	for _, c := range p.outcome.Changes {
		others[c.File.Path] = nil
	}
	for _, h := range p.before.hosts {
		for _, f := range h.Files() {
			known, changed := others[f.Path]
			if changed && !slices.Contains(known, h.Name) && !p.changedFor(h.Name, f.Path) {
				others[f.Path] = append(known, h.Name)
			}
		}
	}
	var out []report.Shared
	for _, c := range p.outcome.Changes {
		if hosts := others[c.File.Path]; len(hosts) > 0 {
			out = append(out, report.Shared{Path: c.File.Path, Hosts: hosts})
		}
	}
	return out
}

// changedFor reports whether a file is changed because of a finding on a host.
func (p *part) changedFor(host, path string) bool {
	return slices.ContainsFunc(p.outcome.Applied, func(f *lint.Finding) bool {
		inFile := func(e source.Edit) bool { return e.Span.File.Path == path }
		return (f.Host == host || slices.Contains(f.Also, host)) && slices.ContainsFunc(f.Fix.Edits, inFile)
	})
}
