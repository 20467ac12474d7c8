package main

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/spelling"
)

// oneOf returns an error that suggests the nearest value, unless value is
// among those allowed. name is how the user calls the setting.
func oneOf(name, value string, allowed ...string) error {
	for _, a := range allowed {
		if a == value {
			return nil
		}
	}
	return fmt.Errorf("%s: unknown value %q%s (known: %s)", name, value, spelling.Hint(value, allowed), strings.Join(allowed, ", "))
}
