package report

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// below returns p relative to the base directory, and false when it is not below
// it. What is no absolute path already is taken as relative to it.
func (o Options) below(p string) (string, bool) {
	if !path.IsAbs(p) {
		return cmp.Or(strings.TrimPrefix(path.Clean("/"+p), "/"), "."), true
	}
	p = path.Clean(p)
	if o.Base == "" {
		return p, false
	}
	base := path.Clean(o.Base)
	if base != "/" {
		base += "/"
	}
	if rel, ok := strings.CutPrefix(p, base); ok && rel != "" {
		return rel, true
	}
	return p, false
}

// path returns p as it is shown: relative below the base directory, else absolute.
func (o Options) path(p string) string {
	shown, _ := o.below(p)
	return shown
}

// place returns "path:line:column" of where a span starts, "-" for no place.
func (o Options) place(s source.Span) string {
	if !s.IsValid() {
		return "-"
	}
	p := clamped(s).Position()
	return fmt.Sprintf("%s:%d:%d", o.visible(o.path(s.File.Path)), p.Line, p.Column)
}

// uri returns the URI of a path and whether it is relative to the base directory.
func (o Options) uri(p string) (uri string, relative bool) {
	rel, ok := o.below(p)
	elements := strings.Split(rel, "/")
	for i, e := range elements {
		// A colon in the first element of a relative reference would end a scheme.
		elements[i] = strings.ReplaceAll(url.PathEscape(e), ":", "%3A")
	}
	if uri = strings.Join(elements, "/"); ok {
		return uri, true
	}
	return "file://" + uri, false
}

// clamped returns the span within the bounds of its file, so that a bad span
// shows a wrong place instead of ending the program.
func clamped(s source.Span) source.Span {
	s.Start = min(max(s.Start, 0), len(s.File.Text))
	s.End = min(max(s.End, s.Start), len(s.File.Text))
	return s
}

// firstLine returns the part of the span on the line where it starts, without
// the line ending, and that line.
func firstLine(s source.Span) (part, line source.Span) {
	s = clamped(s)
	line = s.File.Line(s.Position().Line)
	s.Start = min(s.Start, line.End)
	s.End = max(min(s.End, line.End), s.Start)
	return s, line
}

// A region is a range in lines and columns, counted from 1, columns in UTF-16
// code units; the end is exclusive.
type region struct {
	startLine, startColumn, endLine, endColumn int
}

// regionOf converts a span for formats that count in UTF-16.
func regionOf(s source.Span) region {
	s = clamped(s)
	startLine, startColumn := utf16Position(s.File, s.Start)
	endLine, endColumn := utf16Position(s.File, s.End)
	return region{startLine, startColumn, endLine, endColumn}
}

func utf16Position(f *source.File, offset int) (line, column int) {
	p := f.Position(offset)
	return p.Line, utf16Length(f.Text[p.Offset-p.Column+1:p.Offset]) + 1
}
