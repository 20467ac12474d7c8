package appconf

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/syntax"
)

var springTime = syntax.Pattern(`(?i)^(\d{1,15})(ns|us|ms|s|m|h|d)?$`)
var isoTime = syntax.Pattern(`(?i)^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$`)

// springDuration reads a number with a unit, milliseconds without one, or an
// ISO 8601 duration.
func springDuration(s string) (int64, bool) {
	if m := isoTime().FindStringSubmatch(s); m != nil {
		var total time.Duration
		for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
			n, _ := strconv.ParseInt(m[i+1], 10, 64)
			total += time.Duration(n) * unit
		}
		return int64(total), strings.Trim(s, "PpTt") != ""
	}
	m := springTime().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	units := map[string]int64{"ns": 1, "us": 1e3, "": 1e6, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 24 * 3600e9}
	unit := units[strings.ToLower(m[2])]
	n, ok := syntax.ReadPlain(m[1])
	return n * unit, ok && n < int64(Infinite)/unit
}

// springTimeout reads a duration that is none at -1. What 0 means differs between
// the servers.
func springTimeout(s string) (int64, bool) {
	if s == "-1" {
		return int64(Infinite), true
	}
	v, ok := springDuration(s)
	return v, ok && v > 0
}

var springBytes = syntax.Pattern(`^(\d{1,15})(B|KB|MB|GB|TB)?$`)

// springSize reads a DataSize, whose units are binary.
func springSize(s string) (int64, bool) {
	m := springBytes().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	shift := 10 * max(strings.Index("BKMGT", m[2][:min(1, len(m[2]))]), 0)
	n, ok := syntax.ReadPositive(m[1])
	return n << shift, ok && n < int64(Infinite)>>shift
}
