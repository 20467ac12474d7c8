package sysctl

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Comment is what somebody wrote as one. Those of a line of their own are no part
// of a document; behind a value there are none, as the kernel gets their text.
type Comment struct {
	// Span reaches from the marker, "#" or ";", to the last character that is not blank.
	Span source.Span
	// Text is what follows the marker, without the blanks around it.
	Text string
}

// TrailingComment returns what somebody wrote as a comment behind the value of an
// assignment: what starts with "#" or ";" behind a blank, or with "#" right behind
// a digit. To the loaders it is part of the value.
func (l *Line) TrailingComment() (Comment, bool) {
	if !l.Assigns() || l.Template {
		return Comment{}, false
	}
	for i, c := range []byte(l.Value) {
		before := byte(' ')
		if i > 0 {
			before = l.Value[i-1]
		}
		blank := before == ' ' || before == '\t'
		if blank && (c == '#' || c == ';') || c == '#' && before >= '0' && before <= '9' {
			span := source.Span{File: l.Span.File, Start: l.ValueSpan.Start + i, End: l.ValueSpan.End}
			return Comment{span, strings.Trim(l.Value[i+1:], blanks)}, true
		}
	}
	return Comment{}, false
}

// Bare returns the value without its trailing comment.
func (l *Line) Bare() string {
	if c, ok := l.TrailingComment(); ok {
		return strings.TrimRight(l.Value[:c.Span.Start-l.ValueSpan.Start], blanks)
	}
	return l.Value
}

// LiftComment moves the trailing comment to a line of its own above, with the
// line's indentation and ending. The line must have one; its absence is a bug of
// the caller and panics.
func (l *Line) LiftComment() []source.Edit {
	c, ok := l.TrailingComment()
	if !ok {
		panic("sysctl: LiftComment on a line without a trailing comment")
	}
	_, indent, ending := l.surroundings(l.Span.File.LineEnding())
	start := strings.LastIndexByte(l.Span.File.Text[:l.Span.Start], '\n') + 1
	above := source.Span{File: l.Span.File, Start: start, End: start}
	rest := source.Span{File: l.Span.File, Start: l.ValueSpan.Start + len(l.Bare()), End: l.Span.End}
	return []source.Edit{{Span: above, Text: indent + c.Span.Text() + ending}, {Span: rest}}
}
