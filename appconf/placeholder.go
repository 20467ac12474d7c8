package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

var placeholder = syntax.Pattern(`\$\{([^{}:]*)(:[^{}]*)?\}`)

// fillIn replaces ${NAME} and ${NAME:default} by what the files put into the
// environment. A name in lower case is that of a property, which may be set anywhere.
func (r *reading) fillIn(s string) (text, why string) {
	text = placeholder().ReplaceAllStringFunc(s, func(match string) string {
		m := placeholder().FindStringSubmatch(match)
		v, known := r.env[m[1]]
		switch {
		case known && v.Why == "":
			return v.Text
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
