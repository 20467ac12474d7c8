package report

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tunelint/tunelint/source"
)

// An excerpt is what a page shows of one source line: all of it, or what
// stands around a place.
type excerpt struct {
	cells      []cell
	start      int    // offset of the first cell in the file
	head, tail string // stand for what is left out
}

// whole returns the excerpt of a full line, and false when it is wider than room.
func (o Options) whole(line source.Span, room int) (excerpt, bool) {
	// One column is kept for a marker behind the last character.
	cells, _, next := o.forward(line.File.Text, line.Start, line.End, room-1)
	return excerpt{cells: cells, start: line.Start}, next == line.End
}

// around returns the excerpt of a line that shows where at starts, two thirds of
// the room being for what follows. The place must lie within the line.
func (o Options) around(line, at source.Span, room int) excerpt {
	text := line.File.Text
	room = max(room-1-2*columns(o.ellipsis()), 6)
	start := runeStart(text[line.Start:line.End], at.Start-line.Start) + line.Start
	near, used, next := o.forward(text, start, line.End, room*2/3)
	room -= used
	before, used, first := o.backward(text, line.Start, start, room)
	room -= used
	rest, _, next := o.forward(text, next, line.End, room)
	e := excerpt{cells: slices.Concat(before, near, rest), start: first}
	if first > line.Start {
		e.head = o.ellipsis()
	}
	if next < line.End {
		e.tail = o.ellipsis()
	}
	return e
}

// runeStart returns where the character starts that the byte at i belongs to.
func runeStart(s string, i int) int {
	for back := 0; back < utf8.UTFMax && back <= i; back++ {
		if i-back < len(s) && utf8.RuneStart(s[i-back]) {
			if _, n := utf8.DecodeRuneInString(s[i-back:]); n > back {
				return i - back
			}
			break
		}
	}
	return i
}

// forward returns the cells between two offsets that fit into room columns,
// from the first on, and where it stopped.
func (o Options) forward(text string, start, end, room int) (cells []cell, used, next int) {
	for next = start; next < end && len(cells) < mostCells(room); {
		c := o.firstCell(text[next:end])
		if used+c.width > room {
			break
		}
		cells = append(cells, c)
		used += c.width
		next += c.size
	}
	return cells, used, next
}

// backward returns the cells between two offsets that fit into room columns,
// from the last back, in the order of the text, and where it stopped.
func (o Options) backward(text string, start, end, room int) (cells []cell, used, first int) {
	for first = end; first > start && len(cells) < mostCells(room); {
		_, n := utf8.DecodeLastRuneInString(text[start:first])
		c := o.firstCell(text[first-n : first])
		if used+c.width > room {
			break
		}
		cells = append(cells, c)
		used += c.width
		first -= n
	}
	slices.Reverse(cells)
	return cells, used, first
}

// mostCells bounds characters of no width, of which any number would fit.
func mostCells(room int) int { return 8 * max(room, 1) }

// String returns the excerpt as it is printed.
func (e excerpt) String() string {
	var b strings.Builder
	b.WriteString(e.head)
	for _, c := range e.cells {
		b.WriteString(c.text)
	}
	b.WriteString(e.tail)
	return b.String()
}

// place returns the column at which a span starts in the printed excerpt,
// counted from 0, and the columns it takes there, at least one.
func (e excerpt) place(at source.Span) (column, width int) {
	column = columns(e.head)
	offset := e.start
	for _, c := range e.cells {
		switch {
		case offset+c.size <= at.Start:
			column += c.width
		case offset < at.End:
			width += c.width
		}
		offset += c.size
	}
	return column, max(width, 1)
}
