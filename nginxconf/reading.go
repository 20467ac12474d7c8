package nginxconf

import (
	"slices"

	"github.com/tunelint/tunelint/source"
)

// A Reading is one time that nginx reads a file: the main file once, every other
// file once for each include that leads to it.
type Reading struct {
	Document *Document
	// From is the include that asks for the file; nil for the main file.
	From *Inclusion
	// Inclusions are the includes that nginx follows in the file, in order,
	// whatever block they stand in.
	Inclusions []*Inclusion
}

// An Inclusion is one include directive as nginx follows it once.
type Inclusion struct {
	Directive *Directive
	// Scope is the block that gets what the files hold.
	Scope *Scope
	// Within is the reading of the file in which the directive stands.
	Within *Reading
	// Name is the file's name on the host, or the pattern, made absolute.
	Name string
	// Pattern reports that Name may match any number of files, also none.
	Pattern bool
	// Readings are the files that were read, in nginx's order.
	Readings []*Reading
	// Failed are those that could not be.
	Failed []*IncludeError
}

// follow notes that an include directive is followed from here on.
func (c *Config) follow(s *Scope, d *Directive, name string, pattern bool) *Inclusion {
	in := &Inclusion{Directive: d, Scope: s, Within: c.reading, Name: name, Pattern: pattern}
	c.reading.Inclusions = append(c.reading.Inclusions, in)
	return in
}

// enter notes that a file is read from here on, until leave.
func (c *Config) enter(in *Inclusion, doc *Document) {
	r := &Reading{Document: doc, From: in}
	in.Readings = append(in.Readings, r)
	c.files[doc.File].readings = append(c.files[doc.File].readings, r)
	in.Scope.readings = append(in.Scope.readings, r)
	c.reading = r
}

// leave returns to the file whose include led to the one that was read.
func (c *Config) leave(in *Inclusion) { c.reading = in.Within }

// Chain returns the include directives that lead from the main file to a
// directive of a scope, outermost first; none for what stands in the main file.
// Where the scope reads a file several times it is the chain of the last time,
// which decides.
func (c *Config) Chain(d *Directive, s *Scope) []*Directive {
	r := s.within
	if s.Directive == nil || d.Parent != s.Directive.Block {
		r = s.readingOf(d.Doc)
	}
	return r.Chain()
}

// Readings returns every reading of a file, in order; the main file is read
// without an include.
func (c *Config) Readings(f *source.File) []*Reading {
	if d := c.files[f]; d != nil {
		return d.readings
	}
	return nil
}

// Chain returns the include directives that lead from the main file to this
// reading, outermost first; none for the main file.
func (r *Reading) Chain() []*Directive {
	var chain []*Directive
	for ; r != nil && r.From != nil; r = r.From.Within {
		chain = append(chain, r.From.Directive)
	}
	slices.Reverse(chain)
	return chain
}

// readingOf returns the last reading of a file directly in the scope, else the
// one in which the scope's own block stands.
func (s *Scope) readingOf(doc *Document) *Reading {
	for _, r := range slices.Backward(s.readings) {
		if r.Document == doc {
			return r
		}
	}
	return s.within
}

// ReadBefore returns the earlier reading of the same file directly into the
// scope; nil for the first.
func (s *Scope) ReadBefore(r *Reading) *Reading {
	for _, earlier := range s.readings {
		switch {
		case earlier == r:
			return nil
		case earlier.Document == r.Document:
			return earlier
		}
	}
	return nil
}
