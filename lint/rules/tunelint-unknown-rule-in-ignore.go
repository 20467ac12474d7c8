package rules

import "github.com/tunelint/tunelint/lint"

// The run itself reports this rule: it alone knows what was suppressed.
var unknownRuleInIgnore = &lint.Rule{
	Name:     lint.UnknownRule,
	Title:    "a suppression names a rule that does not exist",
	Why:      "A misspelt name suppresses nothing, and the finding it was meant for stays.",
	Refs:     []string{docsSuppressing},
	Severity: lint.Warning,
	Locked:   true,
}
