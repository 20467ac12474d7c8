package nginxconf

import (
	"path"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// Beside returns the name of a file that an include without a folder at the
// front would find if nginx looked beside the including file; "" where there is
// none. nginx looks in the folder of the main file.
func (c *Config) Beside(e *IncludeError) string {
	name, ok := c.view.Name(e.Directive.Doc.File.Path)
	if !ok || path.IsAbs(e.Directive.Arg(0)) {
		return ""
	}
	beside := path.Join(path.Dir(name), e.Directive.Arg(0))
	if f, err := c.view.Open(beside); err != nil || f == e.Directive.Doc.File {
		return ""
	}
	return beside
}

// Circle returns the include directives by which a file comes to include
// itself, from the one that stands in that file to the one that is refused.
func (c *Config) Circle(e *IncludeError) []*Directive {
	file, err := c.view.Open(e.Name)
	if err != nil {
		return nil
	}
	in := c.Main.inclusionOf(e)
	var out []*Directive
	for in != nil {
		out = append(out, in.Directive)
		if in.Within.Document.File == file {
			break
		}
		in = in.Within.From
	}
	slices.Reverse(out)
	return out
}

// inclusionOf finds the include that failed, in a file or those it includes.
func (r *Reading) inclusionOf(e *IncludeError) *Inclusion {
	for _, in := range r.Inclusions {
		if slices.Contains(in.Failed, e) {
			return in
		}
		for _, read := range in.Readings {
			if found := read.inclusionOf(e); found != nil {
				return found
			}
		}
	}
	return nil
}

// Hidden returns a place behind which directives may stand that were not seen: an
// include of a file that could not be read, a syntax error, the tags of a
// template, what is around a fragment; nil where everything was seen. Files of
// nginx's own packages hold nothing to look for.
func (c *Config) Hidden() *source.Skip { return c.hidden() }

func findHidden(c *Config) *source.Skip {
	if c.Fragment {
		return &source.Skip{Span: source.Span{File: c.Documents[0].File}, Why: errOutside.Error()}
	}
	for _, e := range c.Includes {
		if !e.Packaged() {
			return &source.Skip{Span: e.Directive.HeadSpan(), Why: e.Why()}
		}
	}
	for _, d := range c.Documents {
		if d.Err != nil {
			return &source.Skip{Span: d.Err.Span, Why: "a file has a syntax error"}
		}
		if tags := d.Tags(); len(tags) > 0 {
			return &source.Skip{Span: tags[0], Why: "a file is a template"}
		}
	}
	return nil
}
