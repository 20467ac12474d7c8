package nginxconf

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// An IncludeError is an include directive that could not be followed.
type IncludeError struct {
	Directive *Directive
	// Name is the file's name on the host.
	Name string
	// Missing: there is no such file. Loop: the file includes itself. Neither:
	// the file exists and cannot be read.
	Missing, Loop bool
	Err           error
}

var errLoop = errors.New("the file includes itself")

// expand adds the directives of a block to a scope, includes followed.
func (c *Config) expand(s *Scope, list []*Directive) {
	if !hasInclude(list) && s.items == nil {
		s.items = list // the common case costs nothing
		for _, d := range list {
			c.descend(s, d)
		}
		return
	}
	for _, d := range list {
		s.items = append(s.items, d)
		if isInclude(d) {
			c.include(s, d)
			continue
		}
		c.descend(s, d)
	}
}

func hasInclude(list []*Directive) bool {
	for _, d := range list {
		if isInclude(d) {
			return true
		}
	}
	return false
}

func isInclude(d *Directive) bool {
	return d.Name == "include" && len(d.Args) == 1 && d.Block == nil
}

// descend opens the scope of a block.
func (c *Config) descend(s *Scope, d *Directive) {
	if c.items++; d.Block == nil || d.Block.Code || isVerbatim(d.Name) || c.items > maxItems {
		return
	}
	child := &Scope{Context: opens(s.Context, d), Directive: d, Parent: s, config: c}
	s.Children = append(s.Children, child)
	c.expand(child, d.Block.Directives)
}

// include follows one include directive in nginx's order: a pattern gives the
// files that match, in byte order; a literal name must exist.
func (c *Config) include(s *Scope, d *Directive) {
	name := d.Args[0].Text
	if !path.IsAbs(name) {
		name = path.Join(path.Dir(c.Conf), name)
	}
	if !strings.ContainsAny(name, "*?[") {
		c.includeFile(s, d, name)
		return
	}
	names, err := c.view.Glob(name)
	if err != nil {
		c.fail(s, &IncludeError{Directive: d, Name: name, Err: err})
		return
	}
	c.prefetch(names)
	for _, name := range names {
		c.includeFile(s, d, name)
	}
}

// manyFiles is from how many files on they are read and parsed side by side.
const manyFiles = 16

// prefetch parses files that are about to be included.
func (c *Config) prefetch(names []string) {
	if len(names) < manyFiles {
		return
	}
	documents := make([]*Document, len(names))
	c.view.Prefetch(names, func(i int, f *source.File) { documents[i] = Parse(f) })
	for _, d := range documents {
		if d != nil {
			c.parsed[d.File] = d
		}
	}
}

func (c *Config) includeFile(s *Scope, d *Directive, name string) {
	f, err := c.view.Open(name)
	if err != nil {
		c.fail(s, &IncludeError{Directive: d, Name: name, Missing: errors.Is(err, fs.ErrNotExist), Err: err})
		return
	}
	doc := c.document(f)
	if doc.active {
		c.fail(s, &IncludeError{Directive: d, Name: name, Loop: true, Err: errLoop})
		return
	}
	doc.active = true
	c.expand(s, doc.Directives)
	doc.active = false
}

func (c *Config) fail(s *Scope, e *IncludeError) {
	c.Includes = append(c.Includes, e)
	s.unread = append(s.unread, e)
}

// packaged are files that nginx's packages ship, with the directives they hold.
// A repository seldom carries them.
var packaged = map[string][]string{
	"mime.types":     {"types"},
	"fastcgi_params": {"fastcgi_param"},
	"fastcgi.conf":   {"fastcgi_param"},
	"uwsgi_params":   {"uwsgi_param"},
	"scgi_params":    {"scgi_param"},
	"proxy_params":   {"proxy_set_header"},
}

// Packaged reports whether the file is one that nginx's packages ship.
func (e *IncludeError) Packaged() bool { return packaged[path.Base(e.Name)] != nil }

// mayHold reports whether the file that could not be read may set a directive.
func (e *IncludeError) mayHold(name string) bool {
	known := packaged[path.Base(e.Name)]
	for _, k := range known {
		if k == name {
			return true
		}
	}
	return known == nil
}
