package limits

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxConfLine is the longest line, in bytes without its line feed, that every
// version of pam_limits reads whole; up to 1.5 the module reads into a buffer
// of 1024 bytes and takes the rest for another line (pam_limits.c, LINE_LENGTH).
const maxConfLine = 1023

// A Document is one file in the syntax of limits.conf(5).
type Document struct {
	File *source.File
	// Entries holds every line that is neither blank nor a comment, in file
	// order, broken ones included.
	Entries []*Entry
	// Skips holds the lines that were not evaluated, with the reason.
	Skips []source.Skip
}

// An Entry is one line of a limits.conf file.
type Entry struct {
	// Domain, Type, Item and Value are the fields; all but the domain are
	// lower-cased, as pam_limits compares them. A field the line lacks is "".
	// "DOMAIN -" alone exempts a user or group from every limit: Item and
	// Value are "" then.
	Domain, Type, Item, Value string
	// Span covers the line from the domain to the value.
	Span source.Span
	// DomainSpan and ValueSpan cover those fields. Without a value ValueSpan is
	// the empty place where it would follow.
	DomainSpan, ValueSpan source.Span
	// Comment covers the comment that ends the line; invalid without one.
	Comment source.Span
	// Broken says why pam_limits skips the line; "" if it does not.
	Broken string
	// Template marks a line whose text or presence a template decides. Its
	// fields are not to be relied on, and Broken is "".
	Template bool

	domain domain
	line   source.Span // with its line feed
}

// Parse reads a limits.conf file. It never fails: what pam_limits would skip
// is an entry that says so.
func Parse(f *source.File) *Document {
	d := &Document{File: f}
	conditional := false
	for at := 0; at < len(f.Text); {
		end, next := len(f.Text), len(f.Text)
		if n := strings.IndexByte(f.Text[at:], '\n'); n >= 0 {
			end, next = at+n, at+n+1
		}
		if d.parseLine(source.Span{File: f, Start: at, End: end}, next) {
			conditional = true
		}
		at = next
	}
	if conditional {
		for _, e := range d.Entries {
			e.Template, e.Broken = true, ""
		}
	}
	return d
}

// parseLine reads the line s, after which the next one starts at next, and
// reports whether it is a template tag that other lines may depend on.
func (d *Document) parseLine(s source.Span, next int) (control bool) {
	if s.End-s.Start > maxConfLine {
		d.skip(s, whyLongLine)
		return false
	}
	text, _, _ := strings.Cut(s.Text(), "\x00") // the C string ends there
	code, _, commented := strings.Cut(text, "#")
	words := fields(source.Span{File: s.File, Start: s.Start, End: s.Start + len(code)})
	if isControl(strings.Trim(text, spaces)) {
		d.skip(s, whyConditional)
		return true
	}
	var comment source.Span
	if commented {
		end := s.Start + len(strings.TrimRight(text, "\r"))
		comment = source.Span{File: s.File, Start: s.Start + len(code), End: end}
	}
	if len(words) == 0 {
		return false
	}
	e := newEntry(untagged(words))
	if e.Template = hasTag(code); e.Template {
		e.Span.End = words[len(words)-1].End
	}
	e.Comment, e.line = comment, source.Span{File: s.File, Start: s.Start, End: next}
	d.add(e, len(words) > 4)
	return false
}

// untagged cuts the words of a line after the first one with a template tag:
// what follows cannot be told apart.
func untagged(words []source.Span) []source.Span {
	for i, w := range words {
		if hasTag(w.Text()) {
			return words[:i+1]
		}
	}
	return words
}

// add keeps an entry unless fields beyond the fourth make its value uncertain.
func (d *Document) add(e *Entry, extra bool) {
	_, rest, _ := strtoull(e.Value, 10)
	switch {
	case e.Template:
		e.Broken = ""
		d.skip(e.Span, whyTemplate)
	case extra && rest == e.Value: // not a number, which ends at its last digit in any case
		d.skip(e.Span, whyExtraField)
		return
	default:
		e.Broken = e.check()
	}
	d.Entries = append(d.Entries, e)
}

func (d *Document) skip(s source.Span, why string) {
	d.Skips = append(d.Skips, source.Skip{Span: s, Why: why})
}

// newEntry fills an entry from the words of its line, of which there is one at
// least.
func newEntry(words []source.Span) *Entry {
	last := words[min(len(words), 4)-1]
	e := &Entry{
		Domain:     words[0].Text(),
		DomainSpan: words[0],
		Span:       source.Span{File: last.File, Start: words[0].Start, End: last.End},
		ValueSpan:  source.Span{File: last.File, Start: last.End, End: last.End},
	}
	e.domain, e.Broken = parseDomain(e.Domain)
	if len(words) > 1 {
		e.Type = lower(words[1].Text())
	}
	if len(words) > 2 {
		e.Item = lower(words[2].Text())
	}
	if len(words) > 3 {
		e.Value, e.ValueSpan = lower(last.Text()), last
	}
	return e
}

// fields splits a span into words as sscanf(3) does.
func fields(s source.Span) []source.Span {
	var out []source.Span
	text := s.Text()
	for at := 0; at < len(text); {
		if strings.IndexByte(spaces, text[at]) >= 0 {
			at++
			continue
		}
		end := len(text)
		if n := strings.IndexAny(text[at:], spaces); n >= 0 {
			end = at + n
		}
		out = append(out, source.Span{File: s.File, Start: s.Start + at, End: s.Start + end})
		at = end
	}
	return out
}

// exempts reports whether the line is "DOMAIN -": no limits at all.
func (e *Entry) exempts() bool {
	return e.Item == "" && strings.HasPrefix(e.Type, "-")
}

// check returns why pam_limits skips the line, in the order in which it looks
// (pam_limits.c: parse_config_file, process_limit).
func (e *Entry) check() string {
	if e.Broken != "" {
		return e.Broken
	}
	if e.exempts() {
		if !e.domain.ranged && (e.Domain == "*" || e.domain.prefix == '%') {
			return fmt.Sprintf("domain %q cannot be exempted", e.Domain)
		}
		return ""
	}
	switch {
	case e.Value == "":
		return fmt.Sprintf("%d of 4 fields", e.count())
	case itemKind(e.Item) == itemUnknown:
		return fmt.Sprintf("unknown item %q", e.Item)
	case !e.typed():
		return fmt.Sprintf("unknown type %q", e.Type)
	case !e.valued():
		return fmt.Sprintf("%q is no value for %s", e.Value, e.Item)
	case e.domain.prefix == '%' && e.Item != "maxlogins":
		return fmt.Sprintf("domain %q applies to maxlogins only", e.Domain)
	case e.domain.prefix == '%' && e.domain.ranged && !e.domain.single:
		return fmt.Sprintf("domain %q: ranges are not supported after %%", e.Domain)
	}
	return ""
}

func (e *Entry) count() int {
	switch {
	case e.Type == "":
		return 1
	case e.Item == "":
		return 2
	}
	return 3
}

func (e *Entry) typed() bool {
	switch itemKind(e.Item) {
	case itemLogins, itemFlag, itemPath:
		return true
	}
	return e.Type == "soft" || e.Type == "hard" || e.Type == "-"
}

func (e *Entry) valued() bool {
	switch itemKind(e.Item) {
	case itemPath:
		return true
	case itemFlag:
		return e.Value == "0" || e.Value == "1"
	case itemResource, itemLogins:
		if unlimited(e.Value) {
			return true
		}
	}
	_, rest, _ := strtoull(e.Value, 10)
	return rest != e.Value
}

func unlimited(value string) bool {
	return value == "unlimited" || value == "infinity" || value == "-1" || value == "-"
}
