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
