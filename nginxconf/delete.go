package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Heading is a run of comment lines directly above a group of directives: it
// speaks of all of them, up to the next blank line or heading.
type Heading struct {
	// Lines are the comments without indentation, "#" included.
	Lines []string
	// Group are the directives below, in order.
	Group []*Directive

	start, end int // whole lines
}

// Headings returns the headings whose whole group is among the directives,
// which must stand in one container.
func Headings(directives []*Directive) []Heading {
	if len(directives) == 0 {
		return nil
	}
	var out []Heading
	for _, h := range allHeadings(directives[0]) {
		if len(h.Lines) > 0 && containsAll(directives, h.Group) {
			out = append(out, h)
		}
	}
	return out
}

func containsAll(set, wanted []*Directive) bool {
	for _, d := range wanted {
		if !slices.Contains(set, d) {
			return false
		}
	}
	return true
}

// allHeadings splits the container of a directive into groups.
func allHeadings(d *Directive) []Heading {
	text := d.Doc.File.Text
	at := 0
	if d.Parent != nil {
		at = int(d.Parent.open) + 1
	}
	var out []Heading
	for i, d := range d.siblings() {
		h, separate := headingAbove(text, at, int(d.start))
		if i == 0 || separate || len(h.Lines) > 0 {
			out = append(out, h)
		}
		last := &out[len(out)-1]
		last.Group = append(last.Group, d)
		at = int(d.end)
	}
	return out
}

// headingAbove reads the comment lines directly above start, after the previous
// directive's end, and whether a blank line separates the two directives.
func headingAbove(text string, previous, start int) (h Heading, separate bool) {
	first := strings.IndexByte(text[previous:start], '\n')
	if first < 0 || !startsLine(text, start) {
		return h, false
	}
	first += previous + 1
	h.end = lineStart(text, start)
	h.start = h.end
	for at := h.end; at > first; {
		above := lineStart(text, at-1)
		line := strings.Trim(text[above:at], " \t\r\n")
		if line == "" || line[0] != '#' {
			return h, true
		}
		h.Lines = slices.Insert(h.Lines, 0, line)
		h.start, at = above, above
	}
	return h, false
}

// Delete removes directives, and the headings given with them. Directives that
// have their lines to themselves take the lines along; a comment behind one
// stays. No double blank lines are left behind.
func Delete(directives []*Directive, headings ...Heading) []source.Edit {
	var cuts []cut
	for _, d := range directives {
		cuts = append(cuts, d.cut())
	}
	for _, h := range headings {
		f := h.Group[0].Doc.File
		cuts = append(cuts, cut{span: source.Span{File: f, Start: h.start, End: h.end}, lines: true})
	}
	var edits []source.Edit
	for _, c := range mergeCuts(cuts) {
		edits = append(edits, source.Edit{Span: c.span, Decides: strings.Join(c.decides, "\n")})
	}
	return edits
}

// Delete removes the directive.
func (d *Directive) Delete() source.Edit { return Delete([]*Directive{d})[0] }

// A cut is a range to delete; lines says that it covers whole lines.
type cut struct {
	span    source.Span
	lines   bool
	decides []string
}

func (d *Directive) cut() cut {
	text, c := d.Doc.File.Text, cut{span: d.Span(), decides: []string{d.setting()}}
	next, ends := endsLine(text, c.span.End)
	comment := strings.IndexByte(text[c.span.End:next], '#')
	switch {
	case ends && comment >= 0 && startsLine(text, c.span.Start):
		c.span.End += comment // the comment keeps its line
	case ends && comment < 0 && startsLine(text, c.span.Start):
		c.span.Start, c.span.End = lineStart(text, c.span.Start), next
		c.lines = true
	default:
		for c.span.Start > 0 && strings.IndexByte(" \t", text[c.span.Start-1]) >= 0 {
			c.span.Start--
		}
	}
	return c
}

// mergeCuts joins cuts with nothing but blank lines between them and takes one
// blank line along where two would be left, or one beside a brace.
func mergeCuts(cuts []cut) []cut {
	slices.SortFunc(cuts, func(a, b cut) int { return a.span.Start - b.span.Start })
	var out []cut
	for _, c := range cuts {
		if n := len(out); n > 0 && out[n-1].lines && c.lines && onlyBlank(out[n-1].span, c.span) {
			out[n-1].span.End = c.span.End
			out[n-1].decides = append(out[n-1].decides, c.decides...)
			continue
		}
		out = append(out, c)
	}
	for i := range out {
		if out[i].lines {
			out[i].span = withBlankLine(out[i].span)
		}
	}
	return out
}

func onlyBlank(a, b source.Span) bool {
	return strings.Trim(a.File.Text[a.End:b.Start], " \t\r\n") == ""
}

func withBlankLine(s source.Span) source.Span {
	text := s.File.Text
	before := s.Start
	blankBefore := false
	opens := s.Start == 0
	if s.Start > 0 {
		above := lineStart(text, s.Start-1)
		line := strings.TrimRight(text[above:s.Start], " \t\r\n")
		blankBefore, before = line == "", above
		opens = strings.HasSuffix(line, "{")
	}
	next, blankAfter := isBlankLine(text, s.End)
	closes := s.End == len(text) || strings.HasPrefix(strings.TrimLeft(text[s.End:], " \t"), "}")
	switch {
	case blankBefore && (blankAfter || closes):
		s.Start = before
	case opens && blankAfter:
		s.End = next
	}
	return s
}
