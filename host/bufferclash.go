package host

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
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

// Mend returns the changes after which nginx takes the sizes, and no level that
// it took before is refused: where the sizes meet, else in every level that has
// them. None where there is no such place.
func (h *Host) Mend(c *BufferClash) []BufferChange {
	wanted := c.Mended()
	changes := changesAt(c.Level, c.Buffers, wanted)
	if h.mends(c, changes) {
		return changes
	}
	changes = nil
	for _, s := range h.levelsOf(c) {
		changes = append(changes, changesAt(s, c.Buffers, wanted)...)
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

// mends reports whether changes end the clash and cause no other one.
func (h *Host) mends(c *BufferClash, changes []BufferChange) bool {
	for _, s := range c.Scopes {
		if changed(s.BuffersOf(c.Module), s, changes).Problem() != nginxconf.BuffersFit {
			return false
		}
	}
	return h.buffersStillFit(c.Module, changes)
}
