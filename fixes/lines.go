package fixes

import (
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// wellCompared is the number of changed bytes up to which go-udiff is taken at its
// word. It looks for at most 100 changed lines, and past that calls whole stretches
// of unchanged ones changed.
const wellCompared = 1 << 10

// lineEdits returns edits of whole lines that lead from one text to another.
func lineEdits(before, after string) []udiff.Edit {
	edits := udiff.Lines(before, after)
	if size(edits) <= wellCompared {
		return edits
	}
	if finer := betweenAnchors(before, after); size(finer) < size(edits) {
		return finer
	}
	return edits
}

// size counts the bytes that edits delete and insert.
func size(edits []udiff.Edit) int {
	n := 0
	for _, e := range edits {
		n += e.End - e.Start + len(e.New)
	}
	return n
}

// betweenAnchors compares what lies between lines that stand once in both texts, in
// the same order ("patience diff").
func betweenAnchors(before, after string) []udiff.Edit {
	var edits []udiff.Edit
	compare := func(from, to, fromAfter, toAfter int) {
		for _, e := range udiff.Lines(before[from:to], after[fromAfter:toAfter]) {
			edits = append(edits, udiff.Edit{Start: e.Start + from, End: e.End + from, New: e.New})
		}
	}
	var at anchor
	for _, a := range inOrder(anchors(before, after)) {
		compare(at.before, a.before, at.after, a.after)
		at = anchor{a.before + a.size, a.after + a.size, 0}
	}
	compare(at.before, len(before), at.after, len(after))
	return edits
}

// An anchor is a line that stands once in both texts: its offsets and its size.
type anchor struct{ before, after, size int }

// anchors returns the lines that stand once in both texts, in the order of the first.
func anchors(before, after string) []anchor {
	once := map[string]anchor{} // size 0 for a line that stands more than once
	offset := 0
	for line := range strings.Lines(after) {
		a := anchor{after: offset, size: len(line)}
		if _, again := once[line]; again {
			a.size = 0
		}
		once[line] = a
		offset += len(line)
	}
	var out []anchor
	index := map[string]int{}
	offset = 0
	for line := range strings.Lines(before) {
		if a := once[line]; a.size > 0 {
			if i, again := index[line]; again {
				out[i].size = 0
			} else {
				index[line] = len(out)
				out = append(out, anchor{offset, a.after, a.size})
			}
		}
		offset += len(line)
	}
	return slices.DeleteFunc(out, func(a anchor) bool { return a.size == 0 })
}

// inOrder returns the longest part of the anchors that stands in the same order in
// the second text.
func inOrder(list []anchor) []anchor {
	var ends []int // of the parts of each length, the one that ends first
	previous := make([]int, len(list))
	for i, a := range list {
		n, _ := slices.BinarySearchFunc(ends, a.after, func(end, after int) int { return list[end].after - after })
		previous[i] = -1
		if n > 0 {
			previous[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	var out []anchor
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = previous[i] {
			out = append(out, list[i])
		}
	}
	slices.Reverse(out)
	return out
}
