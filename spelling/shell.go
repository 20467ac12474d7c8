package spelling

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ShellWord returns a text as one word of a shell, in quotes only where it has to be.
// Control characters and bytes that are no text take the form $'...', which bash, ksh and
// zsh read and POSIX has had since 2024; everything else is read by every shell.
func ShellWord(s string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_./:=@%+,-", r)
	}
	odd := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
	switch {
	case strings.ContainsFunc(s, odd) || !utf8.ValidString(s):
		return "$'" + escaped(s) + "'"
	case s != "" && strings.TrimFunc(s, plain) == "":
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// escaped spells out what a $'...' cannot hold as it is.
func escaped(s string) string {
	const digits = "01234567"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			b.WriteByte('\\')
			b.Write([]byte{digits[c>>6], digits[c>>3&7], digits[c&7]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
