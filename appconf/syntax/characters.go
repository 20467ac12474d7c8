package syntax

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

// Bracket returns 1 for an opening bracket, -1 for a closing one, else 0.
func Bracket(c byte) int {
	switch c {
	case '(', '[', '{':
		return 1
	case ')', ']', '}':
		return -1
	}
	return 0
}

// Blank overwrites text with blanks.
func Blank(text []byte) {
	for i := range text {
		text[i] = ' '
	}
}
