package main

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// verdict returns the exit code of a result: that a run is incomplete outweighs
// what it found.
func verdict(r *lint.Result, threshold lint.Severity) int {
	switch {
	case len(r.Problems) > 0:
		return exitIncomplete
	case r.Worst() >= threshold:
		return exitFindings
	}
	return exitClean
}

// join adds a result to a total.
func join(total, r *lint.Result) {
	total.Findings = append(total.Findings, r.Findings...)
	lint.SortByPlace(total.Findings)
	total.Hosts = append(total.Hosts, r.Hosts...)
	total.Skips = append(total.Skips, r.Skips...)
	total.Problems = append(total.Problems, r.Problems...)
	total.Ignored += r.Ignored
	total.Files += r.Files
	total.Rules = max(total.Rules, r.Rules)
}

// worsened says which finding or problem a result has that an earlier one did
// not have; "" for none. counts says which findings matter.
func worsened(before, after *lint.Result, counts func(*lint.Finding) bool) string {
	problems := map[lint.Problem]bool{}
	for _, p := range before.Problems {
		problems[p] = true
	}
	for _, p := range after.Problems {
		if !problems[p] {
			return fmt.Sprintf("%s: %s", p.Path, p.Message)
		}
	}
	known := map[string]int{}
	for _, f := range before.Findings {
		known[f.Fingerprint()]++
	}
	for _, f := range after.Findings {
		if known[f.Fingerprint()]--; known[f.Fingerprint()] < 0 && counts(f) {
			return fmt.Sprintf("%s: %s: %s", f.Span, f.Rule.Name, f.Message)
		}
	}
	return ""
}

// grave reports whether a new finding keeps fixes from being written.
func grave(f *lint.Finding) bool { return f.Severity >= lint.Warning }

// dropUnused takes out findings about unused suppressions that a host which is
// not reported may use: only a look at every host can tell.
func dropUnused(r *lint.Result, l *loaded, chosen []bool) {
	shared := map[*source.File]bool{}
	for i, h := range l.hosts {
		for _, f := range h.Files() {
			shared[f] = shared[f] || !chosen[i]
		}
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f *lint.Finding) bool {
		return f.Rule.Name == lint.UnusedIgnore && shared[f.Span.File]
	})
}
