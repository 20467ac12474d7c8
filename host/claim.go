package host

import (
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A Claim is a line that asks for a value of a setting, with what becomes of it.
type Claim struct {
	// Span is the line.
	Span source.Span
	// Fate is "in force" for the line that decides, else why it does not: one of
	// the names of [sysctl.Fate].
	Fate string
	// By is the line that overrules it; invalid where none does.
	By source.Span
	// Why is the reason of a Fate that needs one, else "".
	Why string
}

// InForce reports whether the line decides.
func (c Claim) InForce() bool { return c.Fate == sysctl.InForce.String() }
