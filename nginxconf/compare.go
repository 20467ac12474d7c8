package nginxconf

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/tunelint/tunelint/source"
)

// CompareOutside reports the first directive that differs between a file before
// and after edits although no edit touches it. The edits are sorted, disjoint and in
// the coordinates of the file before.
func CompareOutside(before, after *Document, edits []source.Edit) error {
	changes := changesBy(edits)
	left := map[int]*Directive{}
	eachDirective(after.Directives, func(d *Directive) { left[int(d.start)] = d })
	var wrong error
	eachDirective(before.Directives, func(d *Directive) {
		start, touched := int(d.start)+changes.shift(int(d.start)), changes.touch(d)
		if touched && !changes.remove(int(d.start)) {
			delete(left, start)
		}
		if wrong != nil || touched {
			return
		}
		if other := left[start]; other == nil || !sameHead(d, other) {
			wrong = fmt.Errorf("%s: %q changed though no edit touches it", d.NameSpan(), d.Name)
		}
		delete(left, start)
	})
	if wrong != nil {
		return wrong
	}
	for _, start := range slices.Sorted(maps.Keys(left)) {
		if d := left[start]; !changes.insert(start) {
			return fmt.Errorf("%s: %q appeared though no edit wrote it", d.NameSpan(), d.Name)
		}
	}
	return nil
}

func eachDirective(list []*Directive, f func(*Directive)) {
	for _, d := range list {
		f(d)
		if d.Block != nil {
			eachDirective(d.Block.Directives, f)
		}
	}
}

func sameHead(a, b *Directive) bool {
	return a.Name == b.Name && (a.Block == nil) == (b.Block == nil) &&
		slices.EqualFunc(a.Args, b.Args, func(x, y Arg) bool { return x.Text == y.Text })
}

// changes are the edits of a file, in order, with how far each moves what follows it.
type changes struct {
	edits []source.Edit
	moved []int // by the edits up to this one
}

func changesBy(edits []source.Edit) changes {
	c := changes{edits, make([]int, len(edits))}
	moved := 0
	for i, e := range edits {
		moved += len(e.Text) - (e.Span.End - e.Span.Start)
		c.moved[i] = moved
	}
	return c
}

// endingBehind returns the index of the first edit that ends behind an offset.
func (c changes) endingBehind(offset int) int {
	return sort.Search(len(c.edits), func(i int) bool { return c.edits[i].Span.End > offset })
}

// touch reports whether an edit changes the directive's name, arguments or
// terminator.
func (c changes) touch(d *Directive) bool {
	i := c.endingBehind(int(d.start))
	return i < len(c.edits) && c.edits[i].Span.Start <= int(d.stop)
}

// shift returns how far the edits before an offset move it.
func (c changes) shift(offset int) int {
	if i := c.endingBehind(offset); i > 0 {
		return c.moved[i-1]
	}
	return 0
}

// remove reports whether an edit replaces the byte at an offset.
func (c changes) remove(offset int) bool {
	i := c.endingBehind(offset)
	return i < len(c.edits) && c.edits[i].Span.Start <= offset
}

// insert reports whether an offset of the new text lies in what an edit wrote
// or in a directive that an edit changed.
func (c changes) insert(offset int) bool {
	i := sort.Search(len(c.edits), func(i int) bool { return c.edits[i].Span.End+c.moved[i] >= offset })
	return i < len(c.edits) && c.edits[i].Span.End+c.moved[i]-len(c.edits[i].Text) <= offset
}
