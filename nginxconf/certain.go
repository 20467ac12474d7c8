package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Certain reports whether nginx reads the directive, and reads it as it stands
// here. Elsewhere a template decides: see [Directive.Tagged] and
// [Directive.Conditional]. Nothing that depends on such a directive is known.
func (d *Directive) Certain() bool { return d.Uncertain() == "" }

// The reasons of [Directive.Uncertain].
const (
	tagInside   = "a template tag stands in it"
	tagDecides  = "a template decides whether it is there"
	tagsUnclear = "the template could not be read so far"
)

// Uncertain says why it is not known what nginx reads; "" where it is.
func (d *Directive) Uncertain() string {
	switch {
	case d.Doc.template == nil:
		return ""
	case d.Conditional():
		return tagDecides
	case d.Tagged():
		return tagInside
	}
	return ""
}

// Tagged reports whether a template's tag stands in the name, among the
// arguments or between them: neither the words nor their number are known.
func (d *Directive) Tagged() bool { return d.Doc.template.touches(int(d.start), int(d.stop)+1) }

// TaggedArg reports whether a template's tag stands in argument i, counted from 0.
func (d *Directive) TaggedArg(i int) bool {
	return d.Doc.template.touches(int(d.Args[i].start), int(d.Args[i].end))
}

// Conditional reports whether a condition or loop of a template decides if the
// directive, or a block around it, is there, and how often. Of two such
// directives often only one is.
func (d *Directive) Conditional() bool {
	t := d.Doc.template
	if t == nil || len(t.parts) == 0 {
		return false
	}
	for ; ; d = d.Parent.Owner {
		if t.decides(int(d.start), int(d.start)+1) {
			return true
		}
		if d.Parent == nil {
			return false
		}
	}
}

// Template reports whether the file holds tags of a template language.
func (d *Document) Template() bool { return d.template != nil }

// Tags returns the tags of a template in order; nil for other files.
func (d *Document) Tags() []source.Span {
	if d.template == nil {
		return nil
	}
	out := make([]source.Span, len(d.template.tags))
	for i, g := range d.template.tags {
		out[i] = source.Span{File: d.File, Start: g.start, End: g.end}
	}
	return out
}

// InTemplate says why a place of the file depends on a template: a tag stands in
// it, or decides whether it is there. "" where it does not.
func (d *Document) InTemplate(at source.Span) string {
	end := max(at.End, at.Start+1)
	switch {
	case d.template.touches(at.Start, end):
		return tagInside
	case d.template.decides(at.Start, end):
		return tagDecides
	case d.Unclear != nil && at.Start >= d.Unclear.Span.Start:
		return tagsUnclear
	}
	return ""
}

// Guards reports whether an edit of a range would touch a template's tag or a
// part that a tag decides about. An insertion right beside one does not.
func (d *Document) Guards(at source.Span) bool {
	if d.template == nil {
		return false
	}
	inside := func(e extent) bool {
		if at.Start == at.End {
			return e.start < at.Start && at.Start < e.end
		}
		return e.start < at.End && at.Start < e.end
	}
	return slices.ContainsFunc(d.template.tags, func(g tag) bool { return inside(g.extent) }) ||
		slices.ContainsFunc(d.template.parts, inside) ||
		d.Unclear != nil && at.End > d.Unclear.Span.Start
}

// Unevaluated lists what a template leaves open: directives with a tag, parts
// that a tag decides about, tags that stand for directives, and where the
// template could be read no further.
func (d *Document) Unevaluated() []source.Skip {
	if d.template == nil {
		return nil
	}
	var out []source.Skip
	for _, p := range d.template.parts {
		first := d.template.tags[d.template.from(p.start)]
		out = append(out, source.Skip{Span: d.span(first.extent), Why: "template: whether this part is there, and how often, is not known"})
	}
	eachDirective(d.Directives, func(d *Directive) {
		if d.Tagged() && !d.Conditional() {
			out = append(out, source.Skip{Span: d.HeadSpan(), Why: "template: what nginx reads here is not known"})
		}
	})
	for _, h := range d.holes {
		if !d.template.decides(h.start, h.end) {
			out = append(out, source.Skip{Span: d.span(h.extent), Why: "template: this may stand for directives"})
		}
	}
	if d.Unclear != nil {
		out = append(out, source.Skip{Span: d.Unclear.Span, Why: "template: what follows cannot be read without what its tags print (" + strings.TrimSpace(d.Unclear.Message) + ")"})
	}
	return out
}

func (d *Document) span(e extent) source.Span {
	return source.Span{File: d.File, Start: e.start, End: e.end}
}
