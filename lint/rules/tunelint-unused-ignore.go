package rules

import "github.com/tunelint/tunelint/lint"

// The run itself reports this rule: it alone knows what was suppressed.
var unusedIgnore = &lint.Rule{
	Name:     lint.UnusedIgnore,
	Title:    "a suppression takes nothing out",
	Why:      "A suppression that no longer matches hides the next finding of that kind without anybody knowing. Remove it.",
	Refs:     []string{docsSuppressing},
	Severity: lint.Warning,
	Locked:   true,
}
