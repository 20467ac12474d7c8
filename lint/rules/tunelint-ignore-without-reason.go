package rules

import "github.com/tunelint/tunelint/lint"

// The run itself reports this rule: it alone knows what was suppressed.
var ignoreWithoutReason = &lint.Rule{
	Name:     lint.IgnoreReason,
	Title:    "a suppression gives no reason",
	Why:      "Whoever reads the file next has to know why the finding is accepted; without a reason the suppression has no effect.",
	Refs:     []string{docsSuppressing},
	Severity: lint.Warning,
	Locked:   true,
}
