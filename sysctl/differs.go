package sysctl

import (
	"slices"
	"strings"
)

// Differs reports whether what the kernel shows for the key is surely not what
// is left there after a value was written. Numbers are compared place by place,
// whatever notation they are in; a value with fewer numbers leaves the others as
// they are. Times that the kernel counts in ticks may come out rounded, tables
// may come out larger, and lists of ports and masks come out in another form:
// there nobody can tell without asking the kernel.
func (k *Key) Differs(shown, written string) bool {
	if k.Access != "" || slices.Contains(rounded[:], k.Name) {
		return false
	}
	have, haveClean := leadingNumbers(shown, len(shown))
	want, _ := leadingNumbers(written, k.width(len(have)))
	switch {
	case k.Type == "string":
		return !slices.Equal(sortedWords(shown), sortedWords(written))
	case !haveClean || len(have) == 0 || len(want) == 0:
		return false
	}
	for i := range min(len(have), len(want)) {
		if k.apart(have[i], want[i]) {
			return true
		}
	}
	return false
}

// rounded are tables whose size the kernel raises to what fits its pages, or to
// a power of two (nf_conntrack_core.c, rps_sock_flow_sysctl of
// net/core/sysctl_net_core.c).
var rounded = [...]string{"net.netfilter.nf_conntrack_buckets", "net.core.rps_sock_flow_entries"}

// width returns how many numbers of a value count.
func (k *Key) width(shown int) int {
	if k.single() {
		return 1
	}
	return shown
}

// slowestTick is how far a time in milliseconds may come out from what was
// written, where the kernel counts ticks at HZ=100.
const slowestTick = 10

func (k *Key) apart(a, b number) bool {
	x, okX := a.int64()
	y, okY := b.int64()
	switch {
	case !okX || !okY:
		return a != b
	case k.Type == "bool":
		return (x == 0) != (y == 0)
	case k.Unit == "ms":
		return max(x-y, y-x) > slowestTick
	}
	return x != y
}

func sortedWords(text string) []string {
	out := strings.Fields(text)
	slices.Sort(out)
	return out
}
