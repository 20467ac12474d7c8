package nginxconf

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tunelint/tunelint/source"
)

// TestChangesOfMany compares what is looked up among sorted edits with what looking
// at each of them says.
func TestChangesOfMany(t *testing.T) {
	f := source.NewFile("/x", "0123456789012345678901234567890123456789")
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		edits := disjoint(r, f)
		c := changesBy(edits)
		for offset := range len(f.Text) {
			d := &Directive{start: int32(offset), stop: int32(offset + r.IntN(5))}
			shift, touch, remove := 0, false, false
			for _, e := range edits {
				if e.Span.End <= offset {
					shift += len(e.Text) - (e.Span.End - e.Span.Start)
				}
				remove = remove || e.Span.Start <= offset && offset < e.Span.End
				touch = touch || e.Span.Start <= int(d.stop) && e.Span.End > offset
			}
			if c.shift(offset) != shift || c.touch(d) != touch || c.remove(offset) != remove || c.insert(offset) != writes(edits, offset) {
				t.Fatalf("%v at %d", edits, offset)
			}
		}
	}
}

// writes reports whether an offset of the new text is one of what the edits write, or
// the first one behind it.
func writes(edits []source.Edit, offset int) bool {
	moved := 0
	for _, e := range edits {
		if start := e.Span.Start + moved; offset >= start && offset <= start+len(e.Text) {
			return true
		}
		moved += len(e.Text) - (e.Span.End - e.Span.Start)
	}
	return false
}

func disjoint(r *rand.Rand, f *source.File) []source.Edit {
	var out []source.Edit
	for range r.IntN(6) {
		start := r.IntN(len(f.Text))
		e := source.Edit{Span: source.Span{File: f, Start: start, End: min(len(f.Text), start+r.IntN(6))}, Text: "abcdef"[:r.IntN(6)]}
		if source.Validate(append(slices.Clone(out), e)) == nil {
			out = append(out, e)
		}
	}
	return source.Sorted(out)
}
