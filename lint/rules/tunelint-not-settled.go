package rules

import "github.com/tunelint/tunelint/lint"

// The run itself reports this rule: it alone knows what the fixes lead to.
var notSettled = &lint.Rule{
	Name:  lint.NotSettled,
	Title: "fixes undo each other or never end",
	Why: "After every round of fixes the files are looked at again. Here a round leads back to texts that were there before, " +
		"or every round calls for another: whichever text was written, the next run would change it. So nothing is written at all. " +
		"Only tunelint fix can say this.",
	Refs:     []string{docsWriting},
	Severity: lint.Error,
	Locked:   true,
}
