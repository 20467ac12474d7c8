package syntax

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// PropertyDocuments returns the entries of a Java properties file
// (java.util.Properties.load), one list for each document: Spring Boot takes the
// comment "#---" for the start of another one.
func PropertyDocuments(f *source.File) [][]KeyValue {
	docs := [][]KeyValue{nil}
	for at := 0; at < len(f.Text); {
		end, next := propertyLine(f.Text, at)
		line := strings.TrimLeft(f.Text[at:end], " \t\f")
		switch {
		case strings.HasPrefix(line, "#---"), strings.HasPrefix(line, "!---"):
			docs = append(docs, nil)
		case line != "" && !isPropertyComment(line):
			key, value := propertyEntry(unfold(line))
			span := source.Span{File: f, Start: end - len(line), End: end}
			docs[len(docs)-1] = append(docs[len(docs)-1], KeyValue{Key: key, Text: value, At: span})
		}
		at = next
	}
	return docs
}

func isPropertyComment(line string) bool { return line[0] == '#' || line[0] == '!' }

// propertyLine returns where a line ends that may go on after a backslash, and
// where the next one starts.
func propertyLine(text string, start int) (end, next int) {
	first := strings.TrimLeft(text[start:], " \t\f")
	comment := first != "" && isPropertyComment(first)
	for at := start; ; at = next {
		n := strings.IndexAny(text[at:], "\r\n")
		if n < 0 {
			return len(text), len(text)
		}
		end = at + n
		next = end + 1
		if strings.HasPrefix(text[end:], "\r\n") {
			next++
		}
		line := text[at:end]
		slashes := len(line) - len(strings.TrimRight(line, `\`))
		if comment || slashes%2 == 0 {
			return end, next
		}
	}
}

// unfold joins the parts of a line that goes on: the backslash, the end of the
// line and the indent after it are no part of it.
func unfold(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] != '\\' || i+1 == len(line) {
			b.WriteByte(line[i])
			continue
		}
		i++
		if line[i] != '\n' && line[i] != '\r' {
			b.WriteString(line[i-1 : i+1])
			continue
		}
		for i+1 < len(line) && strings.IndexByte("\r\n \t\f", line[i+1]) >= 0 {
			i++
		}
	}
	return b.String()
}

// propertyEntry cuts a line at the first "=", ":" or blank that is not escaped.
func propertyEntry(line string) (key, value string) {
	i := 0
	for i < len(line) && strings.IndexByte("=: \t\f", line[i]) < 0 {
		if line[i] == '\\' {
			i++
		}
		i++
	}
	i = min(i, len(line))
	rest := strings.TrimLeft(line[i:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], " \t\f")
	}
	return unescapeProperty(line[:i]), unescapeProperty(rest)
}

func unescapeProperty(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		code, err := strconv.ParseUint(s[i+1:min(i+5, len(s))], 16, 16)
		switch {
		case s[i] == 'u' && err == nil && i+5 <= len(s):
			b.WriteRune(rune(code))
			i += 4
		default:
			b.WriteByte(propertyEscape(s[i]))
		}
	}
	return b.String()
}

func propertyEscape(c byte) byte {
	if i := strings.IndexByte("tnrf", c); i >= 0 {
		return "\t\n\r\f"[i]
	}
	return c
}
