package report

import "unicode/utf8"

// decode reads the first character of s as JavaScript and browsers do: an
// ill-formed sequence counts as one U+FFFD for its longest well-formed
// beginning (The Unicode Standard, section 3.9, "U+FFFD Substitution of Maximal
// Subparts"), where Go counts one for every byte. s must not be empty.
func decode(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r != utf8.RuneError || n != 1 {
		return r, n
	}
	for n < len(s) && !utf8.FullRuneInString(s[:n]) && !utf8.FullRuneInString(s[:n+1]) {
		n++
	}
	return r, n
}

// utf16Length returns the number of UTF-16 code units of s.
func utf16Length(s string) int {
	units := 0
	for i := 0; i < len(s); units++ {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := decode(s[i:])
		if i += n; r > 0xffff {
			units++
		}
	}
	return units
}
