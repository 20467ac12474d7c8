package nginxconf

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// unseen notes what a block may hold beyond what can be read of it, because tags
// of a template stand for statements; block is nil for the top level of a file.
func (c *Config) unseen(s *Scope, doc *Document, block *Block) {
	for _, h := range doc.holes {
		if h.block == block {
			s.unread = append(s.unread, &IncludeError{Directive: doc.stand(h.extent), Unseen: true, Err: errTemplate})
		}
	}
	if at := doc.Unclear; at != nil && (block == nil || int(block.close) >= at.Span.Start) {
		s.unread = append(s.unread, &IncludeError{Directive: doc.stand(extent{at.Span.Start, at.Span.End}), Unseen: true, Err: errTemplate})
	}
}

// stand returns a directive that stands for what a range of the file may hold.
func (d *Document) stand(e extent) *Directive {
	return &Directive{
		Name: d.span(e).Text(), Doc: d,
		start: int32(e.start), nameEnd: int32(e.end), stop: int32(e.end), end: int32(e.end),
	}
}

var (
	errTemplate = errors.New("what a template makes of this is not known")
	errOutside  = errors.New("what stands around this file is not known")
)

// follows reports whether an include can be followed. It cannot where a template
// decides which file it is or whether it is there, and in a fragment, whose
// folder is not known; the scope then remembers it.
func (c *Config) follows(s *Scope, d *Directive, name string) bool {
	err := errTemplate
	switch {
	case c.Fragment:
		err = errOutside
	case d.Certain():
		return true
	}
	s.unread = append(s.unread, &IncludeError{Directive: d, Name: name, Unseen: true, Err: err})
	return false
}

// open opens a file, or, where it does not exist, the template it is made of.
func (c *Config) open(name string) (*source.File, error) {
	f, err := c.view.Open(name)
	if !c.Templates || !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	for _, ending := range TemplateEndings() {
		if t, failed := c.view.Open(name + ending); failed == nil {
			return t, nil
		}
	}
	return nil, err
}

// rendered is where the official container image puts what it makes of the
// templates in unrendered (20-envsubst-on-templates.sh).
const (
	rendered   = "/etc/nginx/conf.d"
	unrendered = "/etc/nginx/templates"
)

// withTemplates adds the templates of files that match a pattern and do not
// exist, in the order in which nginx would read these. A template beside the
// file that is made of it is not read.
func (c *Config) withTemplates(pattern string, names []string) []string {
	if !c.Templates {
		return names
	}
	templates := c.templates(pattern)
	isTemplate := func(name string) bool { return languageOf(name) != nil }
	if len(templates) == 0 && !slices.ContainsFunc(names, isTemplate) {
		return names
	}
	from := map[string]string{} // file to read by the name that nginx reads
	add := func(made, name string) {
		if _, template := Rendered(name); !template || from[made] == "" {
			from[made] = name
		}
	}
	for _, name := range names {
		made, _ := Rendered(name)
		add(made, name)
	}
	for _, name := range templates {
		made, _ := Rendered(name)
		if path.Dir(made) == unrendered && path.Dir(pattern) == rendered {
			made = path.Join(rendered, path.Base(made))
		}
		add(made, name)
	}
	out := make([]string, 0, len(from))
	for _, made := range slices.Sorted(maps.Keys(from)) {
		out = append(out, from[made])
	}
	return out
}

// templates returns the templates of files that would match a pattern.
func (c *Config) templates(pattern string) []string {
	patterns := []string{pattern + ".*"}
	if dir, base := path.Split(pattern); path.Clean(dir) == rendered {
		patterns = append(patterns, path.Join(unrendered, base+".*"))
	}
	var out []string
	for _, p := range patterns {
		found, err := c.view.Glob(p)
		if err != nil {
			continue // as for the pattern itself
		}
		for _, name := range found {
			if _, template := Rendered(name); template {
				out = append(out, name)
			}
		}
	}
	return out
}
