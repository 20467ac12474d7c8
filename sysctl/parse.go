package sysctl

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxLine is the length at which systemd-sysctl gives up a file: LONG_LINE_MAX
// of systemd, 1 MiB including the terminator.
const maxLine = 1 << 20

const (
	blanks = " \t\r"      // what both loaders strip
	torn   = "\r\x00\v\f" // what they disagree about within a line
	bom    = "\ufeff"
)

// Reasons for [Line.Broken].
const (
	noAssignment = `no "=": the loaders skip the line`
	noKey        = `no key before the "="`
	byteOrder    = "the byte order mark becomes part of the key"
	blankInKey   = "the key contains a blank"
	controlInIt  = "a control character in the line, which the loaders read differently"
	upward       = `".." in the key, which systemd-sysctl refuses`
	openEnded    = "the key ends with a separator, which only systemd-sysctl forgives"
	looseDash    = "a blank follows the dash: systemd-sysctl skips it, procps takes it for part of the key"
	twoDashes    = "two dashes: systemd-sysctl takes the second for part of the key"
	tooLong      = "systemd-sysctl stops reading at a line of 1 MiB or more"
)

// Parse reads a file line by line. It never fails: what the loaders cannot use
// becomes a line with [Line.Broken] set.
func Parse(f *source.File) *Document {
	d := &Document{File: f, end: len(f.Text), binary: strings.IndexByte(f.Text, 0) >= 0}
	for start := 0; start < len(f.Text); {
		stop, next := len(f.Text), len(f.Text)
		if n := strings.IndexByte(f.Text[start:], '\n'); n >= 0 {
			stop, next = start+n, start+n+1
		}
		if stop-start >= maxLine && d.end == len(f.Text) {
			d.end = start
		}
		d.read(start, stop)
		start = next
	}
	if d.Template {
		for _, l := range d.Lines {
			l.Template = true
		}
	}
	return d
}

// read adds the line between two offsets.
func (d *Document) read(start, stop int) {
	span := d.trim(start, stop)
	text := span.Text()
	switch {
	case text == "":
	case strings.ContainsRune("#;", rune(text[0])) && !hidesLine(text):
	default:
		l := &Line{Span: span}
		d.Lines = append(d.Lines, l)
		d.fill(l, text)
		if span.Start >= d.end && !l.Template {
			l.Broken, l.disputed = tooLong, true
		}
	}
}

// trim returns the span without the blanks at both ends.
func (d *Document) trim(start, stop int) source.Span {
	for start < stop && strings.IndexByte(blanks, d.File.Text[start]) >= 0 {
		start++
	}
	for start < stop && strings.IndexByte(blanks, d.File.Text[stop-1]) >= 0 {
		stop--
	}
	return source.Span{File: d.File, Start: start, End: stop}
}

// hidesLine reports whether systemd-sysctl, for which a carriage return or a
// NUL ends a line as well, finds more than comments in a comment line.
func hidesLine(text string) bool {
	if !strings.ContainsAny(text, "\r\x00") {
		return false
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == 0 })
	for _, part := range parts {
		if part = strings.Trim(part, blanks); part != "" && part[0] != '#' && part[0] != ';' {
			return true
		}
	}
	return false
}

// fill reads one line that is not a comment.
func (d *Document) fill(l *Line, text string) {
	eq := strings.IndexByte(text, '=')
	if tag := templateTag(text); tag >= 0 && !d.binary {
		l.Template = true
		if eq < 0 || tag < eq {
			d.Template = true
			return
		}
	}
	name := text
	if eq >= 0 {
		name = text[:eq]
		l.Value = strings.Trim(text[eq+1:], blanks)
		l.ValueSpan = source.Span{File: d.File, Start: l.Span.End - len(l.Value), End: l.Span.End}
	}
	rest, dash := strings.CutPrefix(name, "-")
	l.IgnoreFailure, l.Exclude = dash && eq >= 0, dash && eq < 0
	written := strings.Trim(rest, blanks)
	from := l.Span.Start + len(name) - len(strings.TrimLeft(rest, blanks))
	l.KeySpan = source.Span{File: d.File, Start: from, End: from + len(written)}
	l.Key = canonical(written)
	l.untidy = l.Key != written && l.Key != swap(written)
	l.Glob = strings.ContainsAny(written, "*?[")
	l.Broken, l.disputed = l.fault(text, rest)
	if l.Broken == noAssignment {
		l.Key, l.KeySpan, l.Glob = "", source.Span{}, false
	}
}

// fault returns why a line is broken, and whether one loader uses it all the
// same. rest is the part before the "=" without a leading dash.
func (l *Line) fault(text, rest string) (why string, disputed bool) {
	dash := l.IgnoreFailure || l.Exclude
	written := l.KeySpan.Text()
	switch {
	case strings.ContainsAny(text, torn):
		return controlInIt, true
	case strings.HasPrefix(text, bom):
		return byteOrder, false
	case !dash && !l.ValueSpan.IsValid():
		return noAssignment, false
	case l.Key == "":
		return noKey, false
	case dash && strings.IndexByte(blanks, rest[0]) >= 0:
		return looseDash, true
	case dash && written[0] == '-':
		return twoDashes, true
	case strings.ContainsAny(written, " \t"):
		return blankInKey, false
	case goesUp(written):
		return upward, true
	case strings.HasSuffix(written, ".") || strings.HasSuffix(written, "/"):
		return openEnded, true
	}
	return "", false
}

// templateTag returns where the first tag of a common template language
// starts, -1 for none.
func templateTag(text string) int {
	at := -1
	for _, tag := range [...]string{"{{", "{%", "{#", "<%", "${"} {
		if i := strings.Index(text, tag); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	return at
}
