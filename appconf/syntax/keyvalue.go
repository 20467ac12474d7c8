package syntax

import (
	"strconv"

	"github.com/tunelint/tunelint/source"
)

// A KeyValue is one "key = value" of a file; At covers both.
type KeyValue struct {
	// Section is the [section] of an ini file; "" elsewhere.
	Section, Key, Text string
	At                 source.Span
}

// ReadPositive reads a count of at least 1, as ReadPlain does.
func ReadPositive(s string) (int64, bool) {
	v, ok := ReadPlain(s)
	return v, ok && v > 0
}

// ReadPlain reads a count whose digits mean the same in every notation: a
// leading 0 is octal in some. Signs, blanks and units are refused.
func ReadPlain(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil && v >= 0 && strconv.FormatInt(v, 10) == s
}
