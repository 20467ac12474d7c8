package nginxconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// InsertAbove adds a block above the directive that opens the scope and the
// comments that speak of it alone. Two blocks of the same head decide the same
// setting wherever they stand. There are no edits where the directive does not
// start its line, or where nginx reads its file more than once.
func (s *Scope) InsertAbove(block Statement) []source.Edit {
	d := s.Directive
	if d == nil || s.config.Uses(d.Doc.File) > 1 || !startsLine(d.Doc.File.Text, int(d.start)) {
		return nil
	}
	c := container{d.Doc, d.Parent}
	text := d.Doc.File.Text
	e := c.at(lineStart(text, int(d.start))).Edit
	for _, h := range allHeadings(d) {
		if h.Group[0] == d && len(h.Lines) > 0 {
			e.Span.Start, e.Span.End = h.start, h.start
		}
	}
	indent, eol, unit := indentation(text, int(d.start)), c.doc.File.LineEnding(), d.Doc.indentUnit()
	lines := block.lines()
	for i, line := range lines {
		if i > 0 && i < len(lines)-1 {
			line = unit + line
		}
		e.Text += indent + line + eol
	}
	if c.airy() {
		e.Text += eol
	}
	e.Decides = strings.Join(append([]string{block.Name}, block.Words...), " ")
	return []source.Edit{e}
}
