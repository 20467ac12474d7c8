package lint

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// unknowable returns the place of a finding that depends on a template, with the
// reason: nobody knows what nginx reads there, so the finding may be wrong.
func unknowable(h *host.Host, f *Finding) (source.Skip, bool) {
	if h.Nginx == nil {
		return source.Skip{}, false
	}
	for _, at := range f.Spans() {
		if doc := h.Nginx.Document(at.File); doc != nil {
			if why := doc.InTemplate(at); why != "" {
				return source.Skip{Span: at, Why: "template: " + why}, true
			}
		}
	}
	return source.Skip{}, false
}

// beyond reports whether a finding is about the blocks around a fragment, which
// stand in no file.
func beyond(h *host.Host, f *Finding) bool {
	return h.Nginx != nil && h.Nginx.Fragment && f.Span.File.Path == h.Nginx.Documents[0].File.Path && h.Nginx.Document(f.Span.File) == nil
}

// guarded returns an error when an edit touches a tag of a template, or a part
// of one that a tag decides about: it would not be known what becomes of it. An
// edit beside the text of a fragment is as bad.
func guarded(h *host.Host, edits []source.Edit) error {
	if h.Nginx == nil {
		return nil
	}
	for _, e := range edits {
		doc := h.Nginx.Document(e.Span.File)
		switch {
		case doc == nil && h.Nginx.Fragment:
			return fmt.Errorf("%s: the edit is about what stands around the file", e.Span)
		case doc != nil && doc.Guards(e.Span):
			return fmt.Errorf("%s: the edit touches a template's tag or a part that one decides about", e.Span)
		}
	}
	return nil
}
