package main

import (
	"slices"

	"github.com/tunelint/tunelint/report"
)

// shared returns the files that are changed for one host and read by others. Those are
// looked at with the changes too, also where they are not repaired.
func (p *part) shared() []report.Shared {
	known := p.changedFor()
	others := map[string][]string{}
	for _, h := range p.before.hosts {
		for _, f := range h.Files() {
			if hosts, changed := known[f.Path]; changed && !slices.Contains(hosts, h.Name) && !slices.Contains(others[f.Path], h.Name) {
				others[f.Path] = append(others[f.Path], h.Name)
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

// changedFor returns, for every file that is changed, the hosts with the findings that
// its changes end.
func (p *part) changedFor() map[string][]string {
	out := map[string][]string{}
	for _, set := range report.Sets(p.outcome.Applied) {
		for _, path := range set.Files() {
			for _, f := range set.Findings {
				for _, host := range append([]string{f.Host}, f.Also...) {
					if !slices.Contains(out[path], host) {
						out[path] = append(out[path], host)
					}
				}
			}
		}
	}
	return out
}
