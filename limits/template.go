package limits

import "strings"

// Reasons of skips.
const (
	whyTemplate    = "template tag"
	whyConditional = "template: what the tag on this line expands to decides which lines the file has"
	whyLongLine    = "line longer than 1023 bytes: Linux-PAM versions cut it differently"
	whyExtraField  = "fifth field: Linux-PAM versions differ on whether it belongs to the value"
	whyPercentage  = "percentage of the machine's memory"
)

// hasTag reports whether a text holds a tag of a template language (Jinja, Go,
// ERB, envsubst), so that the file on the host will read otherwise.
func hasTag(s string) bool {
	if strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "<%") {
		return true
	}
	for i := strings.IndexByte(s, '$'); i >= 0 && i+1 < len(s); i++ {
		if s[i] == '$' && (s[i+1] == '{' || s[i+1] == '_' || isLetter(s[i+1])) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return digit(c) >= 10 && digit(c) < 36 }

// isControl reports whether a line, blanks around it removed, is nothing but a
// template tag: a condition, a loop, or text of unknown size.
func isControl(line string) bool {
	switch {
	case strings.HasPrefix(line, "{%"), strings.HasPrefix(line, "{#"):
		return true
	case strings.HasPrefix(line, "<%"):
		return !strings.HasPrefix(line, "<%=") || strings.HasSuffix(line, "%>")
	}
	return strings.HasPrefix(line, "{{") && strings.Index(line, "}}") == len(line)-2
}
