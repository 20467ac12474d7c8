package syntax

import (
	"regexp"
	"sync"
)

// Pattern returns a regular expression that is compiled when it is first asked
// for: most runs need few of them. A wrong expression panics then.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
