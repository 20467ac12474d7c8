package host

import (
	"math"
	"math/bits"
)

// Plus adds numbers that are not below zero. It stops at the largest number instead
// of going round.
func Plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Times multiplies numbers; those below zero count as zero. It stops at the largest
// number instead of going round.
func Times(factors ...int64) int64 {
	product := uint64(1)
	for _, f := range factors {
		high, low := bits.Mul64(product, uint64(max(f, 0)))
		if high > 0 || low > math.MaxInt64 {
			return math.MaxInt64
		}
		product = low
	}
	return int64(product)
}
