package sysctl

import (
	"slices"
	"strings"
)

// Continued returns the lines right below one that ends in a backslash, as far as
// each is the rest of a value and no setting of its own: somebody meant to continue
// the line, which no loader knows.
func (d *Document) Continued(l *Line) []*Line {
	if !endsInBackslash(l) {
		return nil
	}
	i := slices.Index(d.Lines, l)
	var out []*Line
	for j := i + 1; j < len(d.Lines) && endsInBackslash(d.Lines[j-1]); j++ {
		below, next := d.Lines[j-1].Span.Position().Line, d.Lines[j]
		if next.Template || next.Broken == "" || next.Span.Position().Line != below+1 {
			break
		}
		out = append(out, next)
	}
	return out
}

func endsInBackslash(l *Line) bool { return strings.HasSuffix(l.Span.Text(), `\`) && !l.Template }
