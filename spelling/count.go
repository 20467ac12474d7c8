package spelling

import (
	"fmt"
	"strings"
)

// Count writes a number of things: "1 edit", "2 edits", "2 fixes".
func Count[N int | int64](n N, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "x"):
		thing += "e"
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
