package limits

import (
	"math"
	"strings"
)

// spaces are the bytes that isspace(3) accepts in the C locale.
const spaces = " \t\n\v\f\r"

// strtoull reads a number at the start of s as strtoull(3) does: leading white
// space, a sign, for base 0 the prefixes "0x" and "0", then digits. A number
// beyond 64 bits saturates and reports overflow; a minus sign wraps around.
// Where no number starts, rest is s itself.
func strtoull(s string, base uint64) (n uint64, rest string, overflow bool) {
	t := strings.TrimLeft(s, spaces)
	negative := strings.HasPrefix(t, "-")
	if negative || strings.HasPrefix(t, "+") {
		t = t[1:]
	}
	base, t = prefixBase(t, base)
	digits := 0
	for digits < len(t) && digit(t[digits]) < base {
		high := n > (math.MaxUint64-digit(t[digits]))/base
		overflow = overflow || high
		n = n*base + digit(t[digits])
		digits++
	}
	switch {
	case digits == 0:
		return 0, s, false
	case overflow:
		return math.MaxUint64, t[digits:], true
	case negative:
		n = -n
	}
	return n, t[digits:], false
}

// prefixBase resolves base 0 by the prefix of s and drops a hexadecimal one.
func prefixBase(s string, base uint64) (uint64, string) {
	switch {
	case base != 0:
		return base, s
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && digit(s[2]) < 16:
		return 16, s[2:]
	case strings.HasPrefix(s, "0"):
		return 8, s
	}
	return 10, s
}

// digit returns the value of a digit of any base up to 36, else a value that
// no base reaches.
func digit(c byte) uint64 {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return uint64(c|0x20-'a') + 10
	}
	return math.MaxUint8
}

// lower lower-cases ASCII letters and leaves every other byte alone, valid
// UTF-8 or not.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
