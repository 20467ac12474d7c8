package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// figure writes a number as the budgets of a kind count; "?" where it is not known.
func figure(kind capacity.BudgetKind, n source.Setting[int64]) string {
	switch {
	case !n.Known:
		return "?"
	case kind.Quantity() == capacity.OfBytes:
		return lint.FormatBytes(n.Value)
	}
	return strconv.FormatInt(n.Value, 10)
}

// term prints one figure with what it is and what decides it.
func (p *page) term(t capacity.Term, figure string, room int) {
	indent := strings.Repeat(" ", room+4)
	line := "  " + strings.Repeat(" ", room-columns(figure)) + p.paint(otherStyle, figure) + "  "
	for _, part := range p.termLines(t, max(p.width()-len(indent), minimalWidth)) {
		p.printf("%s%s\n", line, part)
		line = indent
	}
	if !p.Verbose {
		return
	}
	for _, f := range t.Also {
		p.printf("%s", p.indented(len(indent), p.brief(f.Name)+"  "+p.inBrackets(f.Origin)))
	}
}

// termLines is the text beside a figure: the place on the same line where it fits.
func (p *page) termLines(t capacity.Term, room int) []string {
	text := t.Name
	switch {
	case !t.Figure.Known:
		text += ", not known: " + t.Why
	case t.How != "":
		text += ": " + t.How
	}
	if t.AtMost && t.Figure.Known {
		text += ", at most"
	}
	lines := wrap(p.brief(text), room)
	origin := p.inBrackets(t.Figure.Origin)
	if origin == "" || !t.Figure.Known {
		return lines
	}
	if last := &lines[len(lines)-1]; columns(*last)+2+columns(origin) <= room {
		*last += "  " + p.paint(faintStyle, origin)
		return lines
	}
	return append(lines, wrap(origin, room)...)
}

// inBrackets names the place, or in brackets the default, that decides; "" for
// neither.
func (p *page) inBrackets(o source.Origin) string {
	if o.Span.IsValid() || o.Default == "" {
		return p.origin(o)
	}
	return p.brief("(" + p.origin(o) + ")")
}

// indented breaks a printable text into lines behind some blanks.
func (p *page) indented(blanks int, text string) string {
	var b strings.Builder
	for i, line := range wrap(text, max(p.width()-blanks-2, minimalWidth)) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", blanks), line)
	}
	return b.String()
}
