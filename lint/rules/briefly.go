package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// briefly lists the first few of some words, and says how many more there are;
// the word itself is no longer than "and 1 more".
func briefly(words []string) string {
	if more := len(words) - lint.ShownPlaces; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:lint.ShownPlaces], ", "), more)
	}
	return strings.Join(words, ", ")
}
