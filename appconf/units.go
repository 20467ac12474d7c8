package appconf

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// Infinite stands for a time that never ends. It is the largest duration:
// nothing may be added to it.
const Infinite = time.Duration(math.MaxInt64)

// timeUnits are nginx's units of time from the largest to the smallest, the
// order in which they must be written (ngx_parse_time).
var timeUnits = [...]struct {
	name string
	unit time.Duration
}{
	{"y", 365 * 24 * time.Hour}, {"M", 30 * 24 * time.Hour}, {"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour},
	{"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

// ParseDuration reads nginx's durations ("90s", "1m30s", "1h 30m", "60" for
// seconds) and Go's ("250ms", "1.5s"). It is never negative.
func ParseDuration(s string) (time.Duration, error) {
	if d, ok := nginxDuration(s); ok {
		return d, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is not a duration such as 90s, 1m30s or 250ms", s)
}

func nginxDuration(s string) (time.Duration, bool) {
	var total time.Duration
	from := 0
	for rest := s; rest != ""; rest = strings.TrimLeft(rest, " ") {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		number, err := strconv.ParseInt(rest[:n], 10, 64)
		if err != nil {
			return 0, false
		}
		i, size := timeUnit(rest[n:], from)
		if i < 0 || number > int64(math.MaxInt64-total)/int64(timeUnits[i].unit) {
			return 0, false
		}
		total += time.Duration(number) * timeUnits[i].unit
		from, rest = i+1, rest[n+size:]
	}
	return total, s != ""
}

// timeUnit returns the index of the unit that s starts with and its length; no
// unit at the end means seconds. Units before from have been used up.
func timeUnit(s string, from int) (index, size int) {
	name := s[:len(s)-len(strings.TrimLeft(s, "yMwdhms"))]
	if s == "" {
		name = "s"
	}
	for i := from; i < len(timeUnits); i++ {
		if name == timeUnits[i].name {
			return i, min(len(name), len(s))
		}
	}
	return -1, 0
}

var errSize = errors.New("is not a size such as 64k, 10MiB or 16GiB")

// ParseSize reads a number of bytes: plain ("4096"), with nginx's binary units
// ("64k", "1g") or with IEC units ("10MiB", "16Gi", "1.5GiB"). KB, MB and GB are
// refused, because programs disagree on whether they are decimal. It is never
// negative.
func ParseSize(s string) (int64, error) {
	n := len(s) - len(strings.TrimLeft(s, "0123456789."))
	number, err := strconv.ParseFloat(s[:n], 64)
	if err != nil {
		return 0, fmt.Errorf("%q %w", s, errSize)
	}
	unit := strings.ToLower(strings.TrimLeft(s[n:], " "))
	shift, ok := sizeUnit(unit)
	if !ok && len(unit) == 2 && unit[1] == 'b' && strings.Contains("kmgt", unit[:1]) {
		return 0, fmt.Errorf("%q is ambiguous: write %s%ciB for the binary unit, or the number of bytes", s, s[:n], unit[0]-'a'+'A')
	}
	if whole, err := strconv.ParseInt(s[:n], 10, 64); err == nil && ok && whole <= math.MaxInt64>>shift {
		return whole << shift, nil
	}
	bytes := number * float64(int64(1)<<max(shift, 0))
	if !ok || bytes != math.Trunc(bytes) || bytes >= math.MaxInt64 {
		return 0, fmt.Errorf("%q %w", s, errSize)
	}
	return int64(bytes), nil
}

// sizeUnit returns the power of two a binary unit stands for.
func sizeUnit(unit string) (shift int, ok bool) {
	if unit == "" || unit == "b" {
		return 0, true
	}
	i := strings.IndexByte("kmgt", unit[0])
	rest := unit[1:]
	return 10 * (i + 1), i >= 0 && (rest == "" || rest == "i" || rest == "ib")
}

// readMillis reads milliseconds of a timeout, -1 for none. What 0 means is left
// to the program.
func readMillis(s string) (int64, bool) {
	if s == "-1" {
		return int64(Infinite), true
	}
	v, ok := syntax.ReadPositive(s)
	return v * 1e6, ok && v <= int64(Infinite)/1e6
}
