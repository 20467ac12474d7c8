package appconf

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A PlainNumber is the number by which a file states a time without its unit.
type PlainNumber struct {
	// Span covers its digits.
	Span  source.Span
	Value int64
	// Unit is what whoever reads the file takes it to count: nanoseconds,
	// milliseconds, seconds or days.
	Unit time.Duration
}

var plainUnits = [...]time.Duration{time.Nanosecond, time.Millisecond, time.Second, 24 * time.Hour}

// numberWords matches what a number may be part of: 65, 65_000, 65s, 0.5, 0x41.
var numberWords = syntax.Pattern(`[\w.$]+`)

// PlainNumberOf returns the number that states a time at the place that decides
// it; false where the time comes about in another way: from a default, with a
// unit, by arithmetic, or from a number that stands elsewhere.
func PlainNumberOf(s source.Setting[time.Duration]) (PlainNumber, bool) {
	at := s.Origin.Span
	if !s.Known || !at.IsValid() || s.Value <= 0 || s.Value == Infinite {
		return PlainNumber{}, false
	}
	var found []PlainNumber
	text := at.Text()
	for _, m := range numberWords().FindAllStringIndex(text, -1) {
		n, ok := syntax.ReadPlain(strings.ReplaceAll(text[m[0]:m[1]], "_", ""))
		if !ok || calculates(text[:m[0]], text[m[1]:]) {
			continue
		}
		for _, unit := range plainUnits {
			if n > 0 && n <= int64(Infinite/unit) && time.Duration(n)*unit == s.Value {
				found = append(found, PlainNumber{source.Span{File: at.File, Start: at.Start + m[0], End: at.Start + m[1]}, n, unit})
			}
		}
	}
	if len(found) != 1 {
		return PlainNumber{}, false
	}
	return found[0], true
}

// calculates reports whether a number between two texts is part of a product. The
// value of a sum is never that of one of its numbers.
func calculates(before, after string) bool {
	before, after = strings.TrimRight(before, " \t\r\n"), strings.TrimLeft(after, " \t\r\n")
	return strings.HasSuffix(before, "*") || strings.HasPrefix(after, "*") || strings.HasPrefix(after, "/")
}

// String writes the number as it counts.
func (n PlainNumber) String() string { return strconv.FormatInt(n.Value, 10) }

// Replace writes another text in place of the number.
func (n PlainNumber) Replace(text string) source.Edit { return source.Edit{Span: n.Span, Text: text} }
