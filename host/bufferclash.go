package host

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A BufferClash is sizes of buffers that do not fit each other, so that nginx
// does not start, with all levels in which the same directives decide them.
type BufferClash struct {
	nginxconf.Buffers
	// Level is the innermost of the blocks that decide, where the sizes meet.
	Level *nginxconf.Scope
	// Scopes are the levels, in reading order.
	Scopes []*nginxconf.Scope
}

// BufferClashes returns the clashes of all modules that buffer answers; none
// while a file has a syntax error.
func (h *Host) BufferClashes() []*BufferClash {
	var out []*BufferClash
	known := map[string]*BufferClash{}
	for _, module := range nginxconf.BufferModules() {
		for _, s := range h.Nginx.LevelsSetting(nginxconf.BufferNames(module)...) {
			b := s.BuffersOf(module)
			if b.Problem() == nginxconf.BuffersFit {
				continue
			}
			key := buffersKey(b)
			if known[key] == nil {
				known[key] = &BufferClash{Buffers: b, Level: innermost(b)}
				out = append(out, known[key])
			}
			known[key].Scopes = append(known[key].Scopes, s)
		}
	}
	return out
}

// buffersKey tells what decides buffers from whatever else would.
func buffersKey(b nginxconf.Buffers) string {
	var key strings.Builder
	for _, v := range b.Values {
		fmt.Fprintf(&key, "%p ", v.Directive())
	}
	return key.String()
}

func innermost(b nginxconf.Buffers) *nginxconf.Scope {
	var level *nginxconf.Scope
	for _, v := range b.Values {
		if v.Level != nil && (level == nil || v.Level.Within(level)) {
			level = v.Level
		}
	}
	return level
}

// A BufferChange sets one of the sizes anew: in the directive that sets it in
// the block, or, where that is nil, with a new one there.
type BufferChange struct {
	// Value is the index in [nginxconf.Buffers], Words what to write.
	Value     int
	Words     []string
	At        *nginxconf.Scope
	Directive *nginxconf.Directive
}

// Mend returns the changes after which nginx takes the sizes, and no level that
// it took before is refused: where the sizes meet, else in every level that has
// them. None where there is no such place.
func (h *Host) Mend(c *BufferClash) []BufferChange {
	changes := c.changesAt(c.Level)
	if h.mends(c, changes) {
		return changes
	}
	changes = nil
	for _, s := range h.levelsOf(c) {
		changes = append(changes, c.changesAt(s)...)
	}
	if h.mends(c, changes) {
		return changes
	}
	return nil
}

// levelsOf returns the levels of a clash, and where all of it stands in http
// every server that takes it from there.
func (h *Host) levelsOf(c *BufferClash) []*nginxconf.Scope {
	if c.Level.Context != nginxconf.InHTTP {
		return c.Scopes
	}
	key := buffersKey(c.Buffers)
	return slices.DeleteFunc(h.Nginx.HTTPServers(), func(s *nginxconf.Scope) bool { return buffersKey(s.BuffersOf(c.Module)) != key })
}

// changesAt writes what is to be mended into one block.
func (c *BufferClash) changesAt(at *nginxconf.Scope) []BufferChange {
	var out []BufferChange
	mended := c.Mended()
	add := func(value int, differs bool, words ...string) {
		if !differs {
			return
		}
		change := BufferChange{Value: value, Words: words, At: at}
		if v := c.Values[value]; v.Level == at {
			change.Directive = v.Directive()
		}
		out = append(out, change)
	}
	add(nginxconf.BufferList, mended.Count != c.Count, fmt.Sprint(mended.Count), nginxconf.FormatSize(mended.Each))
	add(nginxconf.BufferBusy, mended.Busy != c.Busy, nginxconf.FormatSize(mended.Busy))
	add(nginxconf.BufferWrite, mended.Write != c.Write, nginxconf.FormatSize(mended.Write))
	add(nginxconf.BufferFile, mended.File != c.File, nginxconf.FormatSize(mended.File))
	return out
}

// mends reports whether changes end the clash and cause no other one.
func (h *Host) mends(c *BufferClash, changes []BufferChange) bool {
	clashing := map[*nginxconf.Scope]bool{}
	for _, s := range c.Scopes {
		clashing[s] = true
	}
	for _, s := range h.Nginx.LevelsSetting(nginxconf.BufferNames(c.Module)...) {
		before := s.BuffersOf(c.Module)
		fitted := clashing[s] || before.Problem() == nginxconf.BuffersFit
		if fitted && changed(before, s, changes).Problem() != nginxconf.BuffersFit {
			return false
		}
	}
	return true
}

// changed returns buffers of a level as they are after changes elsewhere.
func changed(b nginxconf.Buffers, s *nginxconf.Scope, changes []BufferChange) nginxconf.Buffers {
	for _, change := range changes {
		if !change.reaches(s, b.Values[change.Value]) {
			continue
		}
		size, _ := nginxconf.ParseSize(change.Words[0], false)
		switch change.Value {
		case nginxconf.BufferList:
			b.Count = size
			b.Each, _ = nginxconf.ParseSize(change.Words[1], false)
		case nginxconf.BufferBusy:
			b.Busy = size
		case nginxconf.BufferWrite:
			b.Write = size
		case nginxconf.BufferFile:
			b.File = size
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
