package limits

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Infinity is the limit that is none, RLIM_INFINITY.
const Infinity = ^uint64(0)

// A Range is a soft and a hard limit. The zero Range allows nothing.
type Range struct{ Soft, Hard uint64 }

// String returns the range as systemd writes it: "1024:524288", or one number
// where both are equal, with "infinity" for no limit.
func (r Range) String() string {
	if r.Soft == r.Hard {
		return limitString(r.Soft)
	}
	return limitString(r.Soft) + ":" + limitString(r.Hard)
}

func limitString(n uint64) string {
	if n == Infinity {
		return "infinity"
	}
	return strconv.FormatUint(n, 10)
}

var (
	errNotNumber  = errors.New("not a number")
	errTooLarge   = errors.New("out of range")
	errSoftOver   = errors.New("soft limit above the hard limit")
	errManyColons = errors.New("more than two limits")
	errBackslash  = errors.New("backslash at the end")
)

// ParseLimit reads the value of LimitNOFILE= as systemd does (rlimit-util.c,
// rlimit_parse): one number for both limits, or SOFT:HARD, each a number in
// decimal, "0x" hexadecimal, "0" or "0o" octal or "0b" binary notation, or
// "infinity". It does so for every limit that counts: LimitNPROC=, LimitLOCKS=,
// LimitSIGPENDING= and LimitRTPRIO= too. An error means that systemd ignores
// the line; an empty value is one.
func ParseLimit(value string) (Range, error) { return parseRange(value, parseCount) }

// parseSizeLimit is [ParseLimit] for limits in bytes, such as LimitMEMLOCK=.
func parseSizeLimit(value string) (Range, error) { return parseRange(value, parseSize) }

func parseRange(value string, parse func(string) (uint64, error)) (Range, error) {
	word, rest, two, err := splitWord(value)
	if err != nil {
		return Range{}, err
	}
	soft, err := parseOne(word, parse)
	if err != nil || !two {
		return Range{soft, soft}, err
	}
	word, rest, _, err = splitWord(rest)
	if err != nil {
		return Range{}, err
	}
	if rest != "" {
		return Range{}, errManyColons
	}
	hard, err := parseOne(word, parse)
	if err == nil && soft > hard {
		err = errSoftOver
	}
	if err != nil {
		return Range{}, err
	}
	return Range{soft, hard}, nil
}

func parseOne(word string, parse func(string) (uint64, error)) (uint64, error) {
	if word == "infinity" {
		return Infinity, nil
	}
	n, err := parse(word)
	if err == nil && n == Infinity {
		err = errTooLarge
	}
	if err != nil {
		return 0, fmt.Errorf("%.60q: %w", word, err)
	}
	return n, nil
}

// splitWord returns the text before the first colon, backslashes taken away
// as systemd does (extract-word.c), and the text after it.
func splitWord(s string) (word, rest string, more bool, err error) {
	if !strings.Contains(s, `\`) {
		word, rest, more = strings.Cut(s, ":")
		return word, rest, more, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == ':':
			return b.String(), s[i+1:], true, nil
		case s[i] == '\\' && i+1 == len(s):
			return "", "", false, errBackslash
		case s[i] == '\\':
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), "", false, nil
}

// parseCount is systemd's safe_atou64 (parse-util.c).
func parseCount(s string) (uint64, error) {
	s = strings.TrimLeft(s, " \t\n\r")
	base, digits := uint64(0), s
	if len(s) > 1 && s[0] == '0' {
		switch s[1] | 0x20 {
		case 'b':
			base, digits = 2, s[2:]
		case 'o':
			base, digits = 8, s[2:]
		}
	}
	n, rest, overflow := strtoull(digits, base)
	switch {
	case overflow:
		return 0, errTooLarge
	case rest != "" || digits == "":
		return 0, errNotNumber
	case n != 0 && digits[0] == '-':
		return 0, errTooLarge
	}
	return n, nil
}

// parseSize is systemd's parse_size to the base 1024 (parse-util.c): numbers
// with the suffixes E, P, T, G, M, K, B or none, in descending order and added
// up, each with an optional fraction.
func parseSize(s string) (uint64, error) {
	const suffixes = "EPTGMKB"
	total, start := uint64(0), 0
	for first := true; first || s != ""; first = false {
		s = strings.TrimLeft(s, " \t\n\r")
		n, rest, overflow := strtoull(s, 10)
		switch {
		case overflow:
			return 0, errTooLarge
		case rest == s:
			return 0, errNotNumber
		case s[0] == '-':
			return 0, errTooLarge
		}
		fraction, rest := parseFraction(rest)
		rest = strings.TrimLeft(rest, " \t\n\r")
		unit := len(suffixes)
		if rest != "" {
			if i := strings.IndexByte(suffixes, rest[0]); i >= start {
				unit, rest = i, rest[1:]
			}
		}
		if start > len(suffixes) {
			return 0, errNotNumber
		}
		sum, ok := addScaled(total, n, fraction, uint64(1)<<(10*max(0, 6-unit)))
		if !ok {
			return 0, errTooLarge
		}
		total, s, start = sum, rest, unit+1
	}
	return total, nil
}

// parseFraction reads ".5" at the start of s; a dot alone is swallowed.
func parseFraction(s string) (fraction float64, rest string) {
	if !strings.HasPrefix(s, ".") {
		return 0, s
	}
	rest = s[1:]
	digits := 0
	for digits < len(rest) && digit(rest[digits]) < 10 {
		digits++
	}
	if digits == 0 {
		return 0, rest
	}
	fraction, _ = strconv.ParseFloat("0."+rest[:digits], 64)
	return fraction, rest[digits:]
}

func addScaled(total, n uint64, fraction float64, factor uint64) (uint64, bool) {
	whole := n
	if fraction > 0 {
		whole++
	}
	if whole < n || whole > math.MaxUint64/factor {
		return 0, false
	}
	part := n*factor + uint64(fraction*float64(factor))
	return total + part, part <= math.MaxUint64-total
}

// parseMemory reads the value of MemoryMax= (load-fragment.c,
// config_parse_memory_limit). Without an error, known is false for no limit
// and for a percentage of the machine's memory.
func parseMemory(value string) (bytes uint64, known bool, err error) {
	switch {
	case value == "" || value == "infinity":
		return Infinity, false, nil
	case isPercentage(value):
		return 0, false, nil
	}
	bytes, err = parseSize(value)
	if err == nil && (bytes == 0 || bytes == Infinity) {
		err = errTooLarge
	}
	return bytes, err == nil, err
}

// isPercentage reports whether value is a share that systemd accepts: up to
// 100 % with two decimals, 1000 ‰ with one, or 10000 ‱, and not zero
// (percent-util.c).
func isPercentage(value string) bool {
	decimals := 2
	for _, unit := range []string{"%", "‰", "‱"} {
		if number, ok := strings.CutSuffix(value, unit); ok {
			whole, part, dot := strings.Cut(number, ".")
			n, err := strconv.ParseUint(whole+part+strings.Repeat("0", max(0, decimals-len(part))), 10, 64)
			return err == nil && whole != "" && (!dot || part != "" && len(part) <= decimals) && 0 < n && n <= 10000
		}
		decimals--
	}
	return false
}
