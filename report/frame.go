package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// A mark is a place of a finding with what is said about it.
type mark struct {
	span    source.Span
	label   string
	primary bool
}

// marks returns the places of a finding, the primary one first.
func marks(f *lint.Finding) []mark {
	var out []mark
	if f.Span.IsValid() {
		out = append(out, mark{f.Span, f.Label, true})
	}
	for _, r := range f.Related {
		if r.Span.IsValid() {
			out = append(out, mark{r.Span, r.Label, false})
		}
	}
	return out
}

// frames draws the source lines of a finding, one frame a file.
func (p *page) frames(list []mark) {
	arrow := "-->"
	for len(list) > 0 {
		file := list[0].span.File
		var here, others []mark
		for _, m := range list {
			if m.span.File == file {
				here = append(here, m)
			} else {
				others = append(others, m)
			}
		}
		p.frame(arrow, here)
		arrow, list = ":::", others
	}
}

// frame draws the marked lines of one file.
func (p *page) frame(arrow string, list []mark) {
	p.printf("%*s%s %s\n", p.gutter, "", p.paint(gutterStyle, arrow), p.place(list[0].span))
	p.row("", "")
	last := 0
	for _, line := range byLine(list) {
		n := lineOf(line[0])
		if last > 0 && n > last+1 {
			p.printf("%s\n", p.paint(gutterStyle, "..."))
		}
		p.line(n, line)
		last = n
	}
	p.row("", "")
}

// byLine groups marks by the line they start on, in the order of the file.
func byLine(list []mark) [][]mark {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b mark) int { return cmp.Compare(a.span.Start, b.span.Start) })
	var lines [][]mark
	for i, m := range list {
		if i > 0 && lineOf(m) == lineOf(list[i-1]) {
			lines[len(lines)-1] = append(lines[len(lines)-1], m)
		} else {
			lines = append(lines, []mark{m})
		}
	}
	return lines
}

// lineOf returns the number of the line on which a mark starts.
func lineOf(m mark) int { return clamped(m.span).Position().Line }

// line draws one source line with its marks. A line that does not fit is shown
// anew around each of them.
func (p *page) line(n int, list []mark) {
	number := strconv.Itoa(n)
	_, full := firstLine(list[0].span)
	text, fits := p.whole(full, p.room())
	if fits {
		p.row(number, text.String())
	}
	for _, m := range list {
		at, _ := firstLine(m.span)
		if !fits {
			text = p.around(full, at, p.room())
			p.row(number, text.String())
		}
		p.marker(text, at, m)
	}
}

// marker underlines a place and says what it is, beside it or, where that does
// not fit, below.
func (p *page) marker(text excerpt, at source.Span, m mark) {
	column, width := text.place(at)
	sign, style := "-", otherStyle
	if m.primary {
		sign, style = "^", p.severity
	}
	indent := strings.Repeat(" ", column)
	under := indent + p.paint(style, strings.Repeat(sign, width))
	label := p.brief(m.label)
	switch {
	case label == "":
		p.row("", under)
		return
	case column+width+1+columns(label) <= p.room():
		p.row("", under+" "+p.paint(style, label))
		return
	}
	p.row("", under)
	indent = indent[:min(column, p.room()/2)]
	for _, l := range wrap(label, p.room()-len(indent)) {
		p.row("", indent+p.paint(style, l))
	}
}

// row prints one line of a frame.
func (p *page) row(number, content string) {
	bar := p.paint(gutterStyle, fmt.Sprintf("%*s |", p.gutter, number))
	if content != "" {
		bar += " " + content
	}
	p.printf("%s\n", bar)
}

// room returns the columns that a frame leaves to source text.
func (p *page) room() int { return p.width() - p.gutter - 3 }

// gutterWidth returns the columns of the largest line number, at least 2.
func gutterWidth(list []mark) int {
	largest := 0
	for _, m := range list {
		largest = max(largest, lineOf(m))
	}
	return max(len(strconv.Itoa(largest)), 2)
}
