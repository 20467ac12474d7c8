package limits

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/spelling"
)

// Misread says how pam_limits takes a line that is meant otherwise; "" for one that
// it takes as it is written, and for a templated one.
func (e *Entry) Misread() string {
	switch {
	case e.Template:
		return ""
	case e.Broken != "":
		return "pam_limits skips this line: " + e.Broken
	case strings.ContainsAny(e.Domain, `,"'`):
		return fmt.Sprintf("the line is for nobody: pam_limits takes %q for one name", spelling.Abbreviate(e.Domain))
	}
	n, rest, ok := e.Number()
	switch {
	case !ok:
		return ""
	case rest != "":
		return fmt.Sprintf("pam_limits takes %s %q for %d", e.Item, spelling.Abbreviate(e.ValueSpan.Text()), n)
	case strings.HasPrefix(e.Value, "-") && n != Infinity && n != 0:
		return fmt.Sprintf("pam_limits takes %s %s for a huge number: only -1 is no limit", e.Item, e.Value)
	}
	return ""
}
