package appconf

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A keyValue is one "key = value" of a file; at covers both.
type keyValue struct {
	// section is the [section] of an ini file; "" elsewhere.
	section, key, text string
	at                 source.Span
}

// readPositive reads a count of at least 1.
func readPositive(s string) (int64, bool) {
	v, ok := readPlain(s)
	return v, ok && v > 0
}

// readPlain reads a count whose digits mean the same in every notation: a
// leading 0 is octal in some.
func readPlain(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil && v >= 0 && strconv.FormatInt(v, 10) == s
}

// readMillis reads milliseconds of a timeout, -1 for none. What 0 means is left
// to the program.
func readMillis(s string) (int64, bool) {
	if s == "-1" {
		return int64(Infinite), true
	}
	v, ok := readPositive(s)
	return v * 1e6, ok && v <= int64(Infinite)/1e6
}

var placeholder = regexp.MustCompile(`\$\{([^{}:]*)(:[^{}]*)?\}`)

// fillIn replaces ${NAME} and ${NAME:default} by what the files put into the
// environment. A name in lower case is that of a property, which may be set anywhere.
func (r *reading) fillIn(s string) (text, why string) {
	text = placeholder.ReplaceAllStringFunc(s, func(match string) string {
		m := placeholder.FindStringSubmatch(match)
		v, known := r.env[m[1]]
		switch {
		case known && v.why == "":
			return v.text
		case !known && m[2] != "" && m[1] == strings.ToUpper(m[1]):
			return strings.TrimPrefix(m[2], ":")
		}
		why = "it depends on " + m[1]
		return match
	})
	if why == "" && strings.Contains(text, "${") {
		why = "a placeholder is not understood"
	}
	return text, why
}

// doubt makes declarations unknown that something unread may replace.
func (r *reading) doubt(doubtful func(*declaration) bool, why string) {
	for i := range r.declared {
		if d := &r.declared[i]; doubtful(d) {
			d.why = firstText(d.why, why)
		}
	}
}
