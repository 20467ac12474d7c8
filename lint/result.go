package lint

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Result is what one run found out.
type Result struct {
	// Findings are sorted by place.
	Findings []*Finding
	// Hosts describes every host that was read, in order.
	Hosts []HostReport
	// Skips are places that were seen but not evaluated.
	Skips []source.Skip
	// Problems are files that could not be read or understood at all. A run with
	// problems is incomplete.
	Problems []Problem
	// Ignored counts findings that a suppression took out.
	Ignored int
	// Rules is the number of rules that ran.
	Rules int
	// Files is the number of files read.
	Files int
	// Elapsed is for people only; it never enters a machine format.
	Elapsed time.Duration
}

// A HostReport says what a host is and which facts its findings rest on.
type HostReport struct {
	Name  string
	Facts []Fact
}

// A Fact is one figure about the machine, with what declared it.
type Fact struct {
	Name, Value, From string
}

// A Problem is a file that could not be read or understood.
type Problem struct {
	Path    string
	Message string
}

// Count returns the number of findings of a severity.
func (r *Result) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Worst returns the highest severity found, zero when nothing was found.
func (r *Result) Worst() Severity {
	var worst Severity
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}
