package verdict

import (
	"maps"
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A SharedZone is a piece of memory that all workers share.
type SharedZone struct {
	Name string
	// Size is in bytes and known where a directive says it that nginx surely reads.
	Size source.Setting[int64]
}

// SharedZones returns the shared memory zones that directives of a configuration
// name, each once, in reading order: those of limits, caches, upstream blocks,
// TLS sessions and Lua dictionaries.
func SharedZones(c *nginxconf.Config) []SharedZone {
	if !c.Has(slices.Collect(maps.Keys(zoneReaders))...) {
		return nil
	}
	b := zoneBook{zones: map[string]*zone{}}
	inReadingOrder(c.Root, b.read)
	var out []SharedZone
	for _, z := range b.order {
		at := z.zoneUse
		if z.bound != nil {
			at = *z.bound
		}
		size := source.Setting[int64]{Value: z.size, Known: z.size > 0 && !z.doubted, Origin: source.Origin{Span: at.directive.HeadSpan()}}
		out = append(out, SharedZone{z.name, size})
	}
	return out
}
