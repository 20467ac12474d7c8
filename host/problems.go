package host

import (
	"errors"
	"io/fs"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/source"
)

// problem notes a file that could not be read.
func (h *Host) problem(at source.Span, err error) {
	p := Problem{Span: at, Err: err}
	var placed *source.Error
	if errors.As(err, &placed) {
		p.Span = placed.Span
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		p.Path, p.Err = pathErr.Path, pathErr.Err
	}
	if source.IsOutside(p.Err) && h.told(p.Path) {
		return
	}
	h.Problems = append(h.Problems, p)
}

// problems notes every file in a list of errors.
func (h *Host) problems(err error) {
	for _, e := range flatten(err) {
		h.problem(source.Span{}, e)
	}
}

// sortErrors notes what could not be read and returns what is wrong with the
// declaration itself.
func (h *Host) sortErrors(err error) (wrong []error) {
	for _, e := range flatten(err) {
		var pathErr *fs.PathError
		if errors.As(e, &pathErr) {
			h.problem(source.Span{}, e)
			continue
		}
		wrong = append(wrong, e)
	}
	return wrong
}

func flatten(err error) []error {
	var list *multierror.Error
	if errors.As(err, &list) {
		return list.Errors
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// Skips returns what the layers saw and could not evaluate.
func (h *Host) Skips() []source.Skip {
	var out []source.Skip
	out = append(out, h.Sysctl.Skips...)
	out = append(out, h.Limits.Skips...)
	for _, a := range h.Apps {
		out = append(out, a.Skips...)
	}
	if h.Nginx == nil {
		return out
	}
	out = append(out, h.Unclear()...)
	for _, e := range h.Nginx.Includes {
		if e.Missing && e.Packaged() {
			out = append(out, source.Skip{Span: e.Directive.HeadSpan(), Why: e.Why()})
		}
	}
	for _, d := range h.Nginx.Documents {
		out = append(out, d.Unevaluated()...)
	}
	if h.Nginx.Fragment {
		at := source.Span{File: h.Nginx.Documents[0].File}
		out = append(out, source.Skip{Span: at, Why: "fragment: what stands around it is not known, and nothing that needs it is judged"})
	}
	if !h.Nginx.Whole() {
		for _, d := range h.Nginx.Documents {
			if d.Err != nil {
				out = append(out, source.Skip{Span: d.Err.Span, Why: "nothing about requests, upstreams and sockets is judged while a file has a syntax error"})
			}
		}
	}
	return out
}
