package syntax

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// INIEntries returns the entries of a file in PHP's ini syntax, and of each the
// section it stands in. Lines that hold neither are left out.
func INIEntries(f *source.File) []KeyValue {
	var out []KeyValue
	section := ""
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		text := strings.TrimSpace(line.Text())
		line.Start += strings.Index(line.Text(), text)
		if strings.HasPrefix(text, "[") {
			section, _, _ = strings.Cut(text[1:], "]")
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, ";") || strings.HasPrefix(text, "#") {
			continue
		}
		value, length := iniValue(value)
		line.End = line.Start + len(key) + len("=") + length
		out = append(out, KeyValue{Section: section, Key: strings.TrimSpace(key), Text: value, At: line})
	}
	return out
}

// iniValue returns a value without quotes and comment, and the bytes it takes
// with quotes and the blanks before it.
func iniValue(s string) (value string, length int) {
	start := len(s) - len(strings.TrimLeft(s, " \t"))
	rest := s[start:]
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		if end := strings.IndexByte(rest[1:], rest[0]); end >= 0 {
			return rest[1 : 1+end], start + end + 2
		}
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest = strings.TrimSpace(rest)
	return rest, start + len(rest)
}
