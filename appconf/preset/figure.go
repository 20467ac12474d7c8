package preset

import (
	"math"
	"strconv"
	"time"
)

// A Figure is one default of a preset.
type Figure struct {
	// Value is a number in Unit, infinite, or a word when another setting decides.
	Value string
	// Unit is the unit of the setting as it is declared: ms, s, min, bytes,
	// connections, connections/worker, …
	Unit string
	// Verified says that the figure was read in the project's own source or
	// documentation, or measured; others are hints that must not raise an error.
	Verified bool
	// Covers names the part the figure holds for; "" is everything.
	Covers string
	// Since is the first version the figure holds for; "" is the preset's first.
	Since string
	// Kind says what a time limits: "gap", the silence between two bytes; "first",
	// the time to the first one; "total", all of it. "" is not known.
	Kind string
	// Note says what the value alone does not.
	Note string
}

// Number returns the figure in base units: nanoseconds, bytes, or a count. An
// infinite duration is the largest number; everything else without a number is false.
func (f Figure) Number() (int64, bool) {
	scale, isTime := int64(1), true
	switch f.Unit {
	case "ms":
		scale = int64(time.Millisecond)
	case "s":
		scale = int64(time.Second)
	case "min":
		scale = int64(time.Minute)
	case "MB", "MiB":
		scale, isTime = 1<<20, false
	default:
		isTime = false
	}
	if f.Value == "infinite" {
		return math.MaxInt64, isTime
	}
	v, err := strconv.ParseInt(f.Value, 10, 64)
	if err != nil || v < 0 || v > math.MaxInt64/scale {
		return 0, false
	}
	return v * scale, true
}

// PerWorker reports whether the figure counts for each worker process.
func (f Figure) PerWorker() bool { return f.Unit == "connections/worker" }
