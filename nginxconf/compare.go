package nginxconf

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// CompareOutside reports the first directive that differs between a file before
// and after edits although no edit touches it. The edits are sorted and in the
// coordinates of the file before.
func CompareOutside(before, after *Document, edits []source.Edit) error {
	left := map[int]*Directive{}
	eachDirective(after.Directives, func(d *Directive) { left[int(d.start)] = d })
	var wrong error
	eachDirective(before.Directives, func(d *Directive) {
		start := int(d.start) + shift(edits, int(d.start))
		if touched(d, edits) && !removed(edits, int(d.start)) {
			delete(left, start)
		}
		if wrong != nil || touched(d, edits) {
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
	for start, d := range left {
		if !inserted(edits, start) {
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

// touched reports whether an edit changes the directive's name, arguments or
// terminator.
func touched(d *Directive, edits []source.Edit) bool {
	for _, e := range edits {
		if e.Span.Start <= int(d.stop) && e.Span.End > int(d.start) {
			return true
		}
		if e.Span.Start == e.Span.End && e.Span.Start > int(d.start) && e.Span.Start <= int(d.stop) {
			return true
		}
	}
	return false
}

// shift returns how far the edits before an offset move it.
func shift(edits []source.Edit, offset int) int {
	n := 0
	for _, e := range edits {
		if e.Span.End <= offset {
			n += len(e.Text) - (e.Span.End - e.Span.Start)
		}
	}
	return n
}

// removed reports whether an edit replaces the byte at an offset.
func removed(edits []source.Edit, offset int) bool {
	for _, e := range edits {
		if e.Span.Start <= offset && offset < e.Span.End {
			return true
		}
	}
	return false
}

// inserted reports whether an offset of the new text lies in what an edit wrote
// or in a directive that an edit changed.
func inserted(edits []source.Edit, offset int) bool {
	moved := 0
	for _, e := range edits {
		start := e.Span.Start + moved
		if offset >= start && offset <= start+len(e.Text) {
			return true
		}
		moved += len(e.Text) - (e.Span.End - e.Span.Start)
	}
	return false
}
