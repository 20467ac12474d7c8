package nginxconf

import (
	"path"
	"slices"
)

// ReadsBefore reports whether nginx comes to a line of one file before it first comes
// to a line of another. Both are paths on disk without links; false where nginx reads
// one of them not at all.
func (c *Config) ReadsBefore(file string, line int, other string, otherLine int) bool {
	first, second := c.wayTo(file, line), c.wayTo(other, otherLine)
	return first != nil && second != nil && slices.Compare(first, second) < 0
}

// wayTo returns the line of each include that leads to a place, with how many files
// are read for it before, then the line itself.
func (c *Config) wayTo(file string, line int) []int {
	if c.Main != nil && c.Main.Document.File.Path == file {
		return []int{line}
	}
	for _, d := range c.Documents {
		if readings := c.Readings(d.File); d.File.Path == file && len(readings) > 0 {
			return append(readings[0].way(), line)
		}
	}
	return nil
}

func (r *Reading) way() []int {
	if r.From == nil {
		return nil
	}
	at := r.From.Directive.HeadSpan().Position().Line
	return append(r.From.Within.way(), at, slices.Index(r.From.Readings, r))
}

// Asks reports whether an include of the configuration leads to a file of this name,
// whether there is one or not.
func (c *Config) Asks(name string) bool { return c.Main != nil && c.Main.asks(name) }

func (r *Reading) asks(name string) bool {
	return slices.ContainsFunc(r.Inclusions, func(in *Inclusion) bool {
		matched, err := path.Match(in.Name, name)
		return in.Name == name || in.Pattern && err == nil && matched ||
			slices.ContainsFunc(in.Readings, func(r *Reading) bool { return r.asks(name) })
	})
}
