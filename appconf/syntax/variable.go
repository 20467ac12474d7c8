package syntax

import "github.com/tunelint/tunelint/source"

// A Variable is one of the environment; Why is not empty when its value is not
// known. The zero value is an empty one.
type Variable struct {
	Text string
	// At is the place that sets it.
	At  source.Span
	Why string
}

// NameLength returns the length of the variable name at the start of s:
// letters, digits and underscores, no digit first.
func NameLength(s string) int {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(s)
}
