package nginxconf

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A Version is a release of nginx: major, minor, patch. Zero is unknown, which
// every lookup takes as [Newest].
type Version [3]int

// Newest returns the newest release the directive table knows.
func Newest() Version { return Version{1, 31, 5} }

// Stable returns the newest release of the stable branch: an even minor. What
// nobody declares a version for is taken to run it.
func Stable() Version { return Version{1, 30, 6} }

// ParseVersion reads "1.22.1" or "1.24", which is 1.24.0.
func ParseVersion(text string) (Version, error) {
	var v Version
	parts := 0
	for rest, more := text, true; more; parts++ {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		if parts == len(v) {
			return Version{}, fmt.Errorf("parse nginx version %q: want MAJOR.MINOR.PATCH", text)
		}
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return Version{}, fmt.Errorf("parse nginx version %q: %q is not a number", text, part)
		}
		v[parts] = int(n)
	}
	if parts < 2 {
		return Version{}, fmt.Errorf("parse nginx version %q: want MAJOR.MINOR.PATCH", text)
	}
	return v, nil
}

// Known reports whether the version is not zero.
func (v Version) Known() bool { return v != Version{} }

// Compare returns -1, 0 or 1; an unknown version compares as [Newest].
func (v Version) Compare(w Version) int {
	v, w = v.orNewest(), w.orNewest()
	for i := range v {
		if c := cmp.Compare(v[i], w[i]); c != 0 {
			return c
		}
	}
	return 0
}

// Less reports whether v is older than w.
func (v Version) Less(w Version) bool { return v.Compare(w) < 0 }

// String returns "1.22.1"; an unknown version prints as [Newest].
func (v Version) String() string {
	v = v.orNewest()
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

func (v Version) orNewest() Version {
	if v.Known() {
		return v
	}
	return Newest()
}

// Since reports whether v has what came with the releases listed, such as
// "1.2.2,1.3.1": one release for each branch that got it. v has it from the
// highest one on, and within the branch of any. An empty list is always.
func (v Version) Since(list string) bool {
	if list == "" {
		return true
	}
	v = v.orNewest()
	var highest Version
	for list != "" {
		var first string
		first, list, _ = strings.Cut(list, ",")
		w, err := ParseVersion(strings.TrimSpace(first))
		if err != nil {
			return true // not a release: nothing to hold against v
		}
		if v[0] == w[0] && v[1] == w[1] && !v.Less(w) {
			return true
		}
		if highest == (Version{}) || highest.Less(w) {
			highest = w
		}
	}
	return !v.Less(highest)
}

// PoolByDefault reports whether an upstream block of this version keeps idle
// connections without a keepalive directive: 32 for each worker and location,
// since 1.29.7 (src/http/modules/ngx_http_upstream_keepalive_module.c, CHANGES).
func PoolByDefault(v Version) bool { return v.Since("1.29.7") }
