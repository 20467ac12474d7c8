// Package spelling finds the name that a misspelled one means, for messages and
// for the repair of typos, cuts long words for messages and writes numbers of things.
// It knows no names itself.
package spelling

import (
	"fmt"
	"slices"
	"strings"
)

// maxWord is longer than any name worth correcting.
const maxWord = 64

// Hint returns `, did you mean "x"?` for the candidate nearest to name, or "".
func Hint(name string, candidates []string) string {
	if best := Nearest(name, candidates); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}

// Nearest returns the candidate with the fewest edits, the first in byte order
// among equals. It returns "" when more than a third of the name would change,
// unless the name is a candidate cut short.
func Nearest(name string, candidates []string) string {
	if name == "" || len(name) > maxWord {
		return ""
	}
	name = strings.ToLower(name)
	best, limit := "", max(1, len(name)/3)
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		distance := Distance(name, strings.ToLower(c))
		if len(name) > 2 && strings.HasPrefix(c, name) {
			distance = min(distance, 1)
		}
		if distance <= limit {
			best, limit = c, distance-1
		}
	}
	return best
}

// Distance counts the insertions, deletions, replacements and swaps of
// neighbours, each pair swapped at most once, that turn a into b.
func Distance(a, b string) int {
	var small [3][maxWord + 4]int
	before, last, now := small[0][:], small[1][:], small[2][:]
	if len(b) >= len(now) {
		before, last, now = make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	}
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
