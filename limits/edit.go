package limits

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// SetValue returns the edit that gives the entry another value, which must be
// free of blanks and "#". A line that ends after the item gets its value. A
// line with fewer fields, "DOMAIN -", and a templated line have no such edit:
// the zero Edit is returned.
func (e *Entry) SetValue(value string) source.Edit {
	if e.Item == "" || e.Template {
		return source.Edit{}
	}
	if e.Value == "" {
		return source.Edit{Span: e.ValueSpan, Text: " " + value, Decides: e.decides()}
	}
	return source.Edit{Span: e.ValueSpan, Text: value, Decides: e.decides()}
}

// Delete returns the edit that removes the line, its comment included; the
// zero Edit for a templated line.
func (e *Entry) Delete() source.Edit {
	if e.Template {
		return source.Edit{}
	}
	return source.Edit{Span: e.line, Decides: e.decides()}
}

// decides names the limits that the entry sets; the type "-" stands for both.
func (e *Entry) decides() string {
	setting := func(kind string) string { return strings.Join([]string{"limits", e.Domain, kind, e.Item}, " ") }
	if e.Type == "-" {
		return setting("soft") + "\n" + setting("hard")
	}
	return setting(e.Type)
}

// SetValue returns the edit that gives the assignment another value, which
// must be one line of text. Comments between continued lines are kept; a
// missing "=" is put in. A templated line has no such edit: the zero Edit is
// returned.
func (a *Assignment) SetValue(value string) source.Edit {
	if a.Template {
		return source.Edit{}
	}
	span := a.ValueSpan
	if a.noSign {
		span, value = a.Span, a.Key+"="+value
	}
	for _, c := range a.line.comments {
		if span.Contains(c) {
			value += a.in.File.LineEnding() + c.Text()
		}
	}
	return source.Edit{Span: span, Text: value, Decides: a.in.decides(a.Section, a.Key)}
}

// Delete returns the edit that removes the assignment with all its continued
// lines. Comments between them are kept. A templated line has no such edit:
// the zero Edit is returned.
func (a *Assignment) Delete() source.Edit {
	if a.Template {
		return source.Edit{}
	}
	var kept strings.Builder
	for _, c := range a.line.comments {
		kept.WriteString(c.Text() + a.in.File.LineEnding())
	}
	return source.Edit{Span: a.line.extent, Text: kept.String(), Decides: a.in.decides(a.Section, a.Key)}
}

// Insert returns the edit that adds an assignment after the last one of the
// section, or after its header; where the file has no such section it is
// added at the end. The value must be one line of text. Where Template is set
// the place may be inside a condition.
func (u *UnitFile) Insert(section, key, value string) source.Edit {
	eol := u.File.LineEnding()
	at, text := u.end, key+"="+value
	if extent, ok := u.last(section); ok {
		at = extent.End
	} else {
		text = "[" + section + "]" + eol + text
		if before := u.File.Text[:at]; before != "" && !strings.HasSuffix(before, eol+eol) {
			text = eol + text
		}
	}
	return source.Edit{
		Span:    source.Span{File: u.File, Start: at, End: at},
		Text:    u.asLines(at, text),
		Decides: u.decides(section, key),
	}
}

// last returns the extent of the last line that belongs to a section.
func (u *UnitFile) last(section string) (extent source.Span, ok bool) {
	for _, h := range u.headers {
		if h.name == section {
			extent, ok = h.extent, true
		}
	}
	for _, a := range u.Assignments {
		if ok && a.Section == section {
			extent = a.line.extent
		}
	}
	return extent, ok
}

// asLines makes a text whole lines at an offset where a line starts or the
// file ends. A file without a final line ending stays without.
func (u *UnitFile) asLines(at int, text string) string {
	eol := u.File.LineEnding()
	ended := at == 0 || strings.IndexByte("\n\r\x00", u.File.Text[at-1]) >= 0
	if at == len(u.File.Text) && u.open {
		text = " " + eol + text // a blank line, which ends the open one
	}
	if !ended {
		return eol + text
	}
	return text + eol
}

func (u *UnitFile) decides(section, key string) string {
	return "systemd " + u.subject() + " " + section + "." + key
}
