package report

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// An entry is one finding on one host, as machines count it.
type entry struct {
	*lint.Finding
	// fingerprint is unique within the report: a repeated one ends in "#2".
	fingerprint string
}

// entries returns the findings sorted by place, those that several hosts share
// once for every host.
func (o Options) entries(r *lint.Result) []entry {
	var list []*lint.Finding
	for _, f := range r.Findings {
		list = append(list, f)
		for _, name := range f.Also {
			g := *f
			g.Host = name
			list = append(list, &g)
		}
	}
	lint.SortByPlace(list)
	o.sortNearFirst(list)
	seen := map[string]int{}
	out := make([]entry, 0, len(list))
	for _, f := range list {
		e := entry{f, f.Fingerprint()}
		if seen[e.fingerprint]++; seen[e.fingerprint] > 1 {
			e.fingerprint += "#" + strconv.Itoa(seen[e.fingerprint])
		}
		out = append(out, e)
	}
	return out
}

// byPlace returns the findings by path and place; the result keeps its own order.
func (o Options) byPlace(r *lint.Result) []*lint.Finding {
	list := slices.Clone(r.Findings)
	lint.SortByPlace(list)
	o.sortNearFirst(list)
	return list
}

// byGravity returns the findings worst first, then by place.
func (o Options) byGravity(r *lint.Result) []*lint.Finding {
	list := o.byPlace(r)
	lint.SortByGravity(list)
	return list
}

// sortNearFirst puts what is below the base directory before what is not, so
// that the order is the same wherever that directory lies.
func (o Options) sortNearFirst(list []*lint.Finding) {
	slices.SortStableFunc(list, func(a, b *lint.Finding) int { return o.farness(a.Span) - o.farness(b.Span) })
}

func (o Options) farness(s source.Span) int {
	if s.IsValid() {
		if _, near := o.below(s.File.Path); !near {
			return 1
		}
	}
	return 0
}

// carried reports whether a document of UTF-8 can carry the fix byte for byte.
// A changed one would break the file it is applied to.
func carried(f *fixes.Fix) bool {
	return f != nil && !slices.ContainsFunc(f.Edits, func(e source.Edit) bool { return !utf8.ValidString(e.Text) })
}
