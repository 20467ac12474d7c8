package fixes

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// label returns a file's name as it stands in the head of a diff. A tab ends a name
// with blanks for patch(1). A name that would not stay on its line, or that the tools
// would cut, is quoted as git does it; GNU patch reads that since release 2.7.
func label(name string) string {
	switch {
	case !plain(name):
		return quoted(name)
	case strings.Contains(name, " "):
		return name + "\t"
	}
	return name
}

// plain reports whether a name can stand in a diff as it is.
func plain(name string) bool {
	odd := func(r rune) bool { return r == '"' || r == '\\' || !unicode.IsPrint(r) }
	return utf8.ValidString(name) && !strings.ContainsFunc(name, odd) && !strings.HasSuffix(name, " ")
}

// The characters that a letter stands for in a quoted name, and those letters.
const (
	escaped = "\a\b\t\n\v\f\r\"\\"
	letters = `abtnvfr"\`
)

// quoted returns a name between quotation marks, with the escapes of C for what is
// not printable ASCII.
func quoted(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		c := name[i]
		switch at := strings.IndexByte(escaped, c); {
		case at >= 0:
			b.WriteString(`\` + letters[at:at+1])
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
