package rules

import "github.com/tunelint/tunelint/lint"

// The run itself reports this rule: it alone knows what was suppressed.
var expiredIgnore = &lint.Rule{
	Name:     lint.ExpiredIgnore,
	Title:    "a suppression is past its last day",
	Why:      "A suppression with a last day was meant to be looked at again by then; what it kept out is reported again.",
	Refs:     []string{docsSuppressing},
	Severity: lint.Warning,
	Locked:   true,
}
