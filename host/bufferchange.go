package host

import (
	"fmt"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A BufferChange sets one of the sizes of [nginxconf.Buffers] anew: in the
// directive that sets it in the block, or, where that is nil, with a new one there.
type BufferChange struct {
	// Value is the index in Buffers.Values, Words what to write.
	Value     int
	Words     []string
	At        *nginxconf.Scope
	Directive *nginxconf.Directive
}

// changesAt writes the sizes that are to differ into one block.
func changesAt(at *nginxconf.Scope, from, to nginxconf.Buffers) []BufferChange {
	var out []BufferChange
	add := func(value int, differs bool, words ...string) {
		if !differs {
			return
		}
		change := BufferChange{Value: value, Words: words, At: at}
		if v := from.Values[value]; v.Level != nil && v.Level.Directive == at.Directive {
			change.Directive = v.Directive()
		}
		out = append(out, change)
	}
	size := nginxconf.FormatSize
	add(nginxconf.BufferSize, to.First != from.First, size(to.First))
	add(nginxconf.BufferList, to.Count != from.Count, fmt.Sprint(to.Count), size(to.Each))
	add(nginxconf.BufferBusy, to.Busy != from.Busy, size(to.Busy))
	add(nginxconf.BufferWrite, to.Write != from.Write, size(to.Write))
	add(nginxconf.BufferFile, to.File != from.File, size(to.File))
	return out
}

// RaiseBuffer returns the changes that give some blocks a larger buffer for the
// header, with whatever else has to grow so that nginx takes the sizes; none where
// that cannot be told, or another block would be refused.
func (h *Host) RaiseBuffer(module string, blocks []*nginxconf.Scope, size int64) []BufferChange {
	var out []BufferChange
	for _, at := range blocks {
		b := at.BuffersOf(module)
		if !b.Known {
			return nil
		}
		raised := b.Resized(size)
		from := raised
		from.First = b.First
		out = append(out, changesAt(at, from, raised.Mended())...)
	}
	if !h.buffersStillFit(module, out) {
		return nil
	}
	return out
}

// buffersStillFit reports whether changes make nginx refuse no level that it
// takes now.
func (h *Host) buffersStillFit(module string, changes []BufferChange) bool {
	blocks := map[*nginxconf.Directive]bool{}
	for _, c := range changes {
		blocks[c.At.Directive] = true
	}
	for _, s := range h.Nginx.LevelsSetting(nginxconf.BufferNames(module)...) {
		if !inAny(s, blocks) {
			continue
		}
		before := s.BuffersOf(module)
		if before.Problem() == nginxconf.BuffersFit && changed(before, s, changes).Problem() != nginxconf.BuffersFit {
			return false
		}
	}
	return true
}

// inAny reports whether a scope is one of some blocks, or lies within one.
func inAny(s *nginxconf.Scope, blocks map[*nginxconf.Directive]bool) bool {
	for ; s != nil; s = s.Parent {
		if blocks[s.Directive] {
			return true
		}
	}
	return false
}

// changed returns buffers of a level as they are after changes.
func changed(b nginxconf.Buffers, s *nginxconf.Scope, changes []BufferChange) nginxconf.Buffers {
	var sizes [5]int64
	for _, c := range changes {
		if c.reaches(s, b.Values[c.Value]) {
			sizes[c.Value], _ = nginxconf.ParseSize(c.Words[0], false)
		}
	}
	first := b.First
	if n := sizes[nginxconf.BufferSize]; n > 0 {
		first = n
	}
	b = b.Resized(first)
	for value, size := range map[int]*int64{
		nginxconf.BufferList: &b.Count, nginxconf.BufferBusy: &b.Busy, nginxconf.BufferWrite: &b.Write, nginxconf.BufferFile: &b.File,
	} {
		if sizes[value] > 0 {
			*size = sizes[value]
		}
	}
	return b
}

// reaches reports whether a change decides a value of a scope.
func (c BufferChange) reaches(s *nginxconf.Scope, v nginxconf.Value) bool {
	if c.Directive != nil {
		return v.Directive() == c.Directive
	}
	for at := s; at != nil; at = at.Parent {
		switch {
		case at.Directive == c.At.Directive:
			return true
		case at == v.Level:
			return false
		}
	}
	return false
}

// EditBuffers writes changes to buffers of a module.
func EditBuffers(module string, changes []BufferChange) []source.Edit {
	var edits []source.Edit
	var blocks []*nginxconf.Scope
	added := map[*nginxconf.Scope][]nginxconf.Statement{}
	for _, c := range changes {
		switch {
		case c.Directive != nil:
			edits = append(edits, c.edits()...)
			continue
		case added[c.At] == nil:
			blocks = append(blocks, c.At)
		}
		added[c.At] = append(added[c.At], nginxconf.Statement{Name: nginxconf.BufferNames(module)[c.Value], Words: c.Words})
	}
	for _, at := range blocks {
		edits = append(edits, at.Insert(added[at]...)...)
	}
	return edits
}

// edits changes the words of the directive that differ.
func (c BufferChange) edits() []source.Edit {
	var edits []source.Edit
	for i, word := range c.Words {
		size, _ := nginxconf.ParseSize(c.Directive.Arg(i), false)
		if want, _ := nginxconf.ParseSize(word, false); size != want {
			edits = append(edits, c.Directive.SetArg(i, word))
		}
	}
	return edits
}
