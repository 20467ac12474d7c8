package spelling

import "unicode/utf8"

// Abbreviate keeps messages on one line: it returns s, cut after 60 bytes at most.
func Abbreviate(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
