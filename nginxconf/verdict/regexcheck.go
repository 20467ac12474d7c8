package verdict

import "strings"

// checkRegex refuses an argument whose regular expression, all of it or the
// part given, PCRE would not compile; it reports whether it takes it.
func (s *statement) checkRegex(arg int, pattern string) bool {
	message := refuseRegex(pattern, s.judge.config.Version)
	if message == "" || patternIsFilled(pattern) {
		return true
	}
	s.refuse(arg, "%s", message)
	return false
}

// patternIsFilled reports whether another program replaces a part of a regular
// expression: "%" and "@" alone mean nothing there.
func patternIsFilled(pattern string) bool {
	return strings.Contains(pattern, "${") || strings.Count(pattern, "@") > 1
}

// meant adds what an argument can only mean to the last verdict.
func (s *statement) meant(word string) { s.out[len(s.out)-1].Suggestion = word }
