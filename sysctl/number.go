package sysctl

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// A number is an integer as the kernel's sysctl handlers read one.
type number struct {
	negative bool
	size     uint64
}

// longestNumber is what proc_get_long of kernel/sysctl.c looks at.
const longestNumber = 20

// parseNumber reads one word as kernel/sysctl.c does: an optional minus, then
// decimal, octal after 0, or hexadecimal after 0x digits and nothing else. A plus,
// a unit, a fraction, or more than 20 characters make the write fail with EINVAL.
func parseNumber(word string) (number, bool) {
	digits, negative := strings.CutPrefix(word, "-")
	base := 10
	switch lower := strings.ToLower(digits); {
	case len(word) > longestNumber || digits == "" || digits[0] < '0' || digits[0] > '9':
		return number{}, false
	case strings.HasPrefix(lower, "0x"):
		base, digits = 16, digits[2:]
	case digits[0] == '0':
		base = 8
	}
	size, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return number{}, false
	}
	return number{negative && size > 0, size}, true
}

// words splits a value where the kernel ends a number: at blanks, tabs and line feeds.
func words(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
}

// leadingNumbers returns the numbers a value starts with, at most limit, and
// whether the text ended or the limit was reached before anything else came.
func leadingNumbers(value string, limit int) (list []number, clean bool) {
	for _, word := range words(value) {
		if len(list) == limit {
			return list, true
		}
		n, ok := parseNumber(word)
		if !ok {
			return list, false
		}
		list = append(list, n)
	}
	return list, true
}

// int64 returns the number, and false when it does not fit.
func (n number) int64() (int64, bool) {
	if n.size > math.MaxInt64 {
		return 0, false
	}
	if n.negative {
		return -int64(n.size), true
	}
	return int64(n.size), true
}

// String returns the number in decimal.
func (n number) String() string {
	s := strconv.FormatUint(n.size, 10)
	if n.negative {
		return "-" + s
	}
	return s
}

func compare(a, b number) int {
	switch {
	case a.negative && !b.negative:
		return -1
	case !a.negative && b.negative:
		return 1
	case a.negative:
		return cmp.Compare(b.size, a.size)
	}
	return cmp.Compare(a.size, b.size)
}
