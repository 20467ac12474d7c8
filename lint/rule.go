package lint

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says what a finding means for the host. The zero Severity is
// invalid, so that forgetting to set one is visible.
type Severity uint8

const (
	// Info is worth knowing.
	Info Severity = iota + 1
	// Warning fails under load or on a common event.
	Warning
	// Error keeps a program from starting, or loses requests or data now.
	Error
)

var severityNames = [...]string{"invalid", "info", "warning", "error"}

// String returns the lower-case name.
func (s Severity) String() string { return severityNames[min(int(s), len(severityNames)-1)] }

// ParseSeverity reads "error", "warning" or "info".
func ParseSeverity(name string) (Severity, error) {
	for s := Info; s <= Error; s++ {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: want error, warning or info", name)
}

// A Rule is one check, named after the bad state it finds. A rule is a value:
// it keeps no state, and Run is a pure function of the host.
type Rule struct {
	// Name is "group/bad-state" and the rule's only identity.
	Name string
	// Title is one lower-case phrase without a full stop.
	Title string
	// Why states mechanism and consequence in full sentences.
	Why string
	// Refs are primary sources, https.
	Refs []string
	// Severity is what findings have unless the report says otherwise.
	Severity Severity
	// Apply lists what makes a fix take effect, unless the report says otherwise.
	Apply []Command
	// Reveals names rules, or groups as in "kernel/*", whose findings a fix may bring
	// to light: they are about something that did not work at all before.
	Reveals []string
	// Locked rules speak about the run itself and cannot be suppressed.
	Locked bool
	// Verbose rules say what the findings of others rest on, not what is wrong. They
	// take part only where they are asked for; see [WithoutVerbose].
	Verbose bool
	// Run reports findings; nil for the rules that the run itself reports.
	Run func(*Pass)
}

// Group returns the part of the name before the slash.
func (r *Rule) Group() string {
	group, _, _ := strings.Cut(r.Name, "/")
	return group
}

// WithoutVerbose leaves out the verbose rules, but for those that are asked for by
// their full name.
func WithoutVerbose(rules []*Rule, asked []string) []*Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool { return r.Verbose && !slices.Contains(asked, r.Name) })
}
