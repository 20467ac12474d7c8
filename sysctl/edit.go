package sysctl

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// SetValue replaces the value. The line must be an assignment without template
// tags, and v one line of text; anything else is a bug of the caller and panics.
func (l *Line) SetValue(v string) source.Edit {
	if !l.Assigns() || l.Template {
		panic("sysctl: SetValue on a line that is no assignment")
	}
	mustBeOneLine(v)
	before := l.Span.File.Text[l.KeySpan.End:l.ValueSpan.Start]
	if l.ValueSpan.Start == l.ValueSpan.End && strings.HasPrefix(before, " ") && strings.HasSuffix(before, "=") {
		v = " " + v
	}
	return source.Edit{Span: l.ValueSpan, Text: v, Decides: decides(l.Key)}
}

// SetNumber returns the edit that replaces one of the numbers of a value, place
// counting from 0; the blanks between them become single spaces. It is nil where the
// line is not plain or has no such number.
func (l *Line) SetNumber(place int, n int64) []source.Edit {
	words := strings.Fields(l.Value)
	if !l.Plain() || place < 0 || place >= len(words) {
		return nil
	}
	words[place] = strconv.FormatInt(n, 10)
	return []source.Edit{l.SetValue(strings.Join(words, " "))}
}

// Delete removes the line with its indentation and its line ending. A last line
// without one leaves the ending of the line before it in place. The line must
// hold no template tag.
func (l *Line) Delete() source.Edit {
	if l.Template {
		panic("sysctl: Delete on a template")
	}
	text := l.Span.File.Text
	start := strings.LastIndexByte(text[:l.Span.Start], '\n') + 1
	return source.Edit{Span: source.Span{File: l.Span.File, Start: start, End: lineEnd(text, l.Span.End)}, Decides: decides(l.Key)}
}

// Insert adds "key = value" behind the last of the lines whose keys share most
// names with the key, or at the end of the file when none shares any. Line
// ending, indentation and the spacing around "=" follow that neighbour. The key
// is canonical, the value one line of text. An earlier line of the file that
// sets the key stays; a later one cannot exist.
func (d *Document) Insert(key, value string) source.Edit {
	mustBeOneLine(key + value)
	n := d.neighbour(key)
	at, indent, ending := d.end, "", d.File.LineEnding()
	if n != nil {
		at, indent, ending = n.surroundings(ending)
	}
	line := indent + spell(key) + d.spacing(n) + value
	if at > 0 && d.File.Text[at-1] != '\n' {
		line = ending + line
	} else {
		line += ending
	}
	return source.Edit{Span: source.Span{File: d.File, Start: at, End: at}, Text: line, Decides: decides(key)}
}

// neighbour returns the last line with the longest run of names in common with
// the key, nil when no line has any.
func (d *Document) neighbour(key string) *Line {
	var best *Line
	longest := 1
	for _, l := range d.Lines {
		if n := commonNames(l.Key, key); l.Broken == "" && n >= longest {
			best, longest = l, n
		}
	}
	return best
}

// surroundings returns where the next line starts, the line's indentation and
// its ending; a line without an ending has the one given.
func (l *Line) surroundings(ending string) (next int, indent, own string) {
	text := l.Span.File.Text
	indent = text[strings.LastIndexByte(text[:l.Span.Start], '\n')+1 : l.Span.Start]
	if strings.Contains(indent, "\r") {
		indent = ""
	}
	next = lineEnd(text, l.Span.End)
	switch {
	case strings.HasSuffix(text[:next], "\r\n"):
		ending = "\r\n"
	case strings.HasSuffix(text[:next], "\n"):
		ending = "\n"
	}
	return next, indent, ending
}

// spacing returns the "=" with the blanks around it as the line writes it; an
// exclusion or an empty value leaves that to the first assignment of the file.
func (d *Document) spacing(n *Line) string {
	for _, l := range append([]*Line{n}, d.Lines...) {
		if l != nil && l.Assigns() && l.Value != "" {
			return l.Span.File.Text[l.KeySpan.End:l.ValueSpan.Start]
		}
	}
	return " = "
}

// lineEnd returns the offset behind the line feed that follows at.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

// commonNames counts the names two keys start with alike.
func commonNames(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n
}

func decides(key string) string { return "sysctl " + key }

func mustBeOneLine(text string) {
	if strings.ContainsAny(text, "\n"+torn) {
		panic("sysctl: text of an edit is not one line")
	}
}
