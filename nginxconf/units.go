package nginxconf

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads a time as ngx_parse_time does for directives that count
// milliseconds (w d h m s ms) or, with seconds set, whole seconds (y M w d h m
// s). A number without a unit is seconds. It reports false for what nginx
// refuses.
func ParseTime(text string, seconds bool) (time.Duration, bool) {
	total, ok := countTime(text, seconds)
	unit := time.Millisecond
	if seconds {
		unit = time.Second
	}
	if !ok || total > math.MaxInt64/int64(unit) {
		return 0, false
	}
	return time.Duration(total) * unit, true
}

// ReadsTime reports whether nginx reads a time, which may be longer than
// ParseTime can return.
func ReadsTime(text string, seconds bool) bool {
	_, ok := countTime(text, seconds)
	return ok
}

// countTime reads a time in milliseconds or seconds.
func countTime(text string, seconds bool) (int64, bool) {
	base := int64(1000) // units of the result in a second
	first := 2          // the largest unit that may come
	if seconds {
		base, first = 1, 0
	}
	var total, value int64
	digits := false
	for rest := text; rest != ""; {
		if c := rest[0]; c >= '0' && c <= '9' {
			if value > (math.MaxInt64-int64(c-'0'))/10 {
				return 0, false
			}
			value, digits, rest = value*10+int64(c-'0'), true, rest[1:]
			continue
		}
		unit := unitOf(rest)
		if unit < first || unit == unitMillisecond && seconds || unit == unitBlank && first > unitSecond {
			return 0, false
		}
		first = unit + 1
		var ok bool
		if total, ok = addScaled(total, value, timeUnits[unit].scale(base)); !ok {
			return 0, false
		}
		value, rest = 0, strings.TrimLeft(rest[len(timeUnits[unit].suffix):], " ")
	}
	total, ok := addScaled(total, value, base)
	return total, ok && digits
}

// timeUnits are the units from large to small, in seconds. A blank ends a time
// whose number has no unit and counts as it stands.
var timeUnits = []timeUnit{
	{"y", 365 * 86400}, {"M", 30 * 86400}, {"w", 7 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 0}, {" ", 1},
}

const (
	unitSecond      = 6
	unitMillisecond = 7
	unitBlank       = 8
)

type timeUnit struct {
	suffix  string
	seconds int64
}

func (u timeUnit) scale(base int64) int64 { return max(1, u.seconds*base) }

// unitOf returns the index of the unit at the front of text, -1 for none.
func unitOf(text string) int {
	if strings.HasPrefix(text, "ms") {
		return unitMillisecond
	}
	for i, u := range timeUnits {
		if strings.HasPrefix(text, u.suffix) {
			return i
		}
	}
	return -1
}

// addScaled returns total + value*scale, false on overflow.
func addScaled(total, value, scale int64) (int64, bool) {
	if value > math.MaxInt64/scale || total > math.MaxInt64-value*scale {
		return 0, false
	}
	return total + value*scale, true
}

// ParseSize reads a size in bytes as ngx_parse_size does (k, m), or with offset
// set as ngx_parse_offset does (k, m, g). It reports false for what nginx refuses.
func ParseSize(text string, offset bool) (int64, bool) {
	if text == "" {
		return 0, false
	}
	shift := 0
	switch text[len(text)-1] {
	case 'k', 'K':
		shift = 10
	case 'm', 'M':
		shift = 20
	case 'g', 'G':
		if !offset {
			return 0, false
		}
		shift = 30
	}
	if shift > 0 {
		text = text[:len(text)-1]
	}
	n, ok := ParseNumber(text)
	if !ok || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}

// ParseNumber reads a plain decimal number as ngx_atoi does: digits only.
func ParseNumber(text string) (int64, bool) {
	if text == "" {
		return 0, false
	}
	n := int64(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < '0' || c > '9' || n > (math.MaxInt64-int64(c-'0'))/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// FormatTime prints a duration the shortest way nginx reads: "90s", "250ms", "2m".
func FormatTime(d time.Duration) string {
	ms := d.Milliseconds()
	switch {
	case ms%1000 != 0:
		return formatInt(ms) + "ms"
	case ms == 0 || ms%60_000 != 0 || ms < 300_000:
		return formatInt(ms/1000) + "s"
	case ms%3600_000 != 0:
		return formatInt(ms/60_000) + "m"
	}
	return formatInt(ms/3600_000) + "h"
}

// FormatSize prints a number of bytes the shortest way nginx reads: "16k", "1m",
// "1000".
func FormatSize(n int64) string {
	switch {
	case n == 0 || n%(1<<10) != 0:
		return formatInt(n)
	case n%(1<<20) != 0:
		return formatInt(n>>10) + "k"
	}
	return formatInt(n>>20) + "m"
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }
