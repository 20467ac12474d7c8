package preset

import (
	"strconv"
	"strings"
)

// A version is the numbers of a dotted version; fewer numbers name more
// versions: 20 is every 20.x.
type version []int

// parseVersion reads "20", "v20.18.1", "3.x" and "1.25.3-rc1"; what follows the
// numbers is left out. The empty text is no version, which is every version.
func parseVersion(s string) (v version, ok bool) {
	s = strings.TrimPrefix(s, "v")
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, ".x")
	if s == "" {
		return nil, true
	}
	for _, part := range strings.Split(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, false
		}
		v = append(v, n)
	}
	return v, true
}

// compare orders versions; a missing number counts as 0.
func (v version) compare(w version) int {
	for i := range max(len(v), len(w)) {
		var a, b int
		if i < len(v) {
			a = v[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return a - b
		}
	}
	return 0
}

// next returns the first version that v does not name: 21 for 20, 3.3 for 3.2.
func (v version) next() version {
	w := append(version(nil), v...)
	w[len(w)-1]++
	return w
}

// meets reports whether some version that v names lies in [since, below), where
// nil leaves an end open; within, whether all of them do.
func (v version) meets(since, below version) (some, within bool) {
	if len(v) == 0 {
		return true, since == nil && below == nil
	}
	some = (since == nil || v.next().compare(since) > 0) && (below == nil || v.compare(below) < 0)
	within = (since == nil || v.compare(since) >= 0) && (below == nil || v.next().compare(below) <= 0)
	return some, within
}
