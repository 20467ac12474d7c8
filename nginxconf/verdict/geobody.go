package verdict

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A geoBody reads a geo block: networks, or after "ranges" ranges of IPv4
// addresses.
type geoBody struct {
	*body
	networks bool // there is one, or a default
	unsure   bool // a file that was included may have said "ranges"
	ranges   bool
	broken   bool                  // ranges after this one are not compared
	taken    map[uint16][]geoRange // by the upper half of the address, sorted
}

type geoRange struct{ start, end uint16 }

func checkGeoEntries(b *body, entries []*nginxconf.Directive) {
	g := geoBody{body: b, broken: !b.certain, taken: map[uint16][]geoRange{}}
	for _, d := range entries {
		g.entry(d)
	}
}

func (g *geoBody) entry(d *nginxconf.Directive) {
	if len(d.Args) == 0 && g.word(d) {
		return
	}
	switch {
	case len(d.Args) != 1:
		g.refuse(WrongArgumentCount, d, -1, "invalid number of the geo parameters")
	case d.Name == "include":
		g.unsure = !g.ranges
	case d.Name == "proxy" && !isStream(g.context):
		g.network(d, 0, d.Arg(0))
	case d.Name == "default":
		g.networks = g.networks || !g.ranges
	case g.ranges && d.Name == "delete":
		g.addRange(d, 0, d.Arg(0))
	case g.ranges:
		g.addRange(d, -1, d.Name)
	case d.Name == "delete":
		g.networks = true
		g.network(d, 0, d.Arg(0))
	default:
		g.networks = true
		g.network(d, -1, d.Name)
	}
}

// word reads an entry without a value; false when it is none.
func (g *geoBody) word(d *nginxconf.Directive) bool {
	switch d.Name {
	case "ranges":
		if g.networks {
			g.refuse(MisplacedDirective, d, -1, `the "ranges" directive must be the first directive inside "geo" block`)
		}
		g.ranges = true
	case "proxy_recursive":
		if isStream(g.context) {
			return false
		}
	case "volatile":
		if !g.judge.version.Since(geoVolatile) {
			return false
		}
	default:
		return false
	}
	return true
}

// geoVolatile is the release from which a geo block may be volatile.
const geoVolatile = "1.29.3"

func (g *geoBody) network(d *nginxconf.Directive, arg int, word string) {
	if _, ok := readNetwork(word); ok || g.unsure || word == "255.255.255.255" || isPlaceholder(word) {
		return
	}
	g.refuse(InvalidValue, d, arg, `invalid network "%s"`, word)
}

// addRange reads a range; with arg 0 it is one to delete.
func (g *geoBody) addRange(d *nginxconf.Directive, arg int, word string) {
	first, last, ok := readRange(word)
	switch {
	case ok && arg < 0:
		g.take(d, word, first, last)
	case ok:
		g.remove(first, last)
	case !isPlaceholder(word):
		g.refuse(InvalidValue, d, arg, `invalid range "%s"`, word)
	}
}

// readRange reads "192.0.2.0-192.0.2.255". 255.255.255.255 is no address to nginx.
func readRange(word string) (first, last uint32, ok bool) {
	low, high, _ := strings.Cut(word, "-")
	a, okA := readIPv4(low)
	b, okB := readIPv4(high)
	if !okA || !okB || a == lastIPv4 || b == lastIPv4 {
		return 0, 0, false
	}
	first, last = number(a), number(b)
	return first, last, first <= last
}

var lastIPv4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})

func number(ip netip.Addr) uint32 {
	four := ip.As4()
	return binary.BigEndian.Uint32(four[:])
}

// halves calls f for each upper half of the addresses of a range until it
// returns false.
func halves(first, last uint32, f func(half uint16, r geoRange) bool) {
	for half := first >> 16; half <= last>>16; half++ {
		r := geoRange{0, 0xffff}
		if half == first>>16 {
			r.start = uint16(first)
		}
		if half == last>>16 {
			r.end = uint16(last)
		}
		if !f(uint16(half), r) {
			return
		}
	}
}

// take adds a range. One that lies within another one, or is the same, replaces
// that part of it; others must not overlap.
func (g *geoBody) take(d *nginxconf.Directive, word string, first, last uint32) {
	if g.broken {
		return
	}
	halves(first, last, func(half uint16, r geoRange) bool {
		list := g.taken[half]
		i, _ := slices.BinarySearchFunc(list, r, func(have, r geoRange) int { return int(have.end) - int(r.start) })
		if i == len(list) || list[i].start > r.end {
			g.taken[half] = slices.Insert(list, i, r)
			return true
		}
		if i+1 < len(list) && list[i+1].start <= r.end {
			i = g.lastTouched(list, i, r)
		}
		have := list[i]
		if r.start < have.start || r.end > have.end {
			g.broken = true
			g.refuse(InvalidValue, d, -1, `range "%s" overlaps "%s"`, word, have.in(half))
			return false
		}
		parts := []geoRange{r}
		if have.start < r.start {
			parts = append([]geoRange{{have.start, r.start - 1}}, parts...)
		}
		if r.end < have.end {
			parts = append(parts, geoRange{r.end + 1, have.end})
		}
		g.taken[half] = slices.Replace(list, i, i+1, parts...)
		return true
	})
}

// lastTouched returns the last range from i on that a range reaches: nginx looks
// from the end.
func (g *geoBody) lastTouched(list []geoRange, i int, r geoRange) int {
	for i+1 < len(list) && list[i+1].start <= r.end {
		i++
	}
	return i
}

func (g *geoBody) remove(first, last uint32) {
	halves(first, last, func(half uint16, r geoRange) bool {
		if i := slices.Index(g.taken[half], r); i >= 0 {
			g.taken[half] = slices.Delete(g.taken[half], i, i+1)
		}
		return true
	})
}

// in prints a range as nginx does.
func (r geoRange) in(half uint16) string {
	return fmt.Sprintf("%d.%d.%d.%d-%d.%d.%d.%d", half>>8, half&255, r.start>>8, r.start&255, half>>8, half&255, r.end>>8, r.end&255)
}
