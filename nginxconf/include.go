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
	// Unseen: a template decides which file it is or what it holds, or it stands
	// around a fragment. Such includes are not in [Config.Includes]: nothing is
	// known to be wrong with them.
	Unseen bool
	Err    error
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
	child := &Scope{Context: Opens(s.Context, d.Name), Directive: d, Parent: s, config: c, within: c.reading}
	s.Children = append(s.Children, child)
	c.unseen(child, d.Doc, d.Block)
	c.expand(child, d.Block.Directives)
}

// include follows one include directive in nginx's order: a pattern gives the
// files that match, in byte order; a literal name must exist.
func (c *Config) include(s *Scope, d *Directive) {
	name := d.Args[0].Text
	if !path.IsAbs(name) {
		name = path.Join(path.Dir(c.Conf), name)
	}
	if !c.follows(s, d, name) {
		return
	}
	in := c.follow(s, d, name, strings.ContainsAny(name, "*?["))
	if !in.Pattern {
		c.includeFile(in, name)
		return
	}
	names, err := c.view.Glob(name)
	if err != nil {
		c.fail(in, &IncludeError{Directive: d, Name: name, Err: err})
	}
	names = c.withTemplates(name, names)
	c.prefetch(names)
	for _, name := range names {
		c.includeFile(in, name)
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

func (c *Config) includeFile(in *Inclusion, name string) {
	f, err := c.open(name)
	if err != nil {
		c.fail(in, &IncludeError{Directive: in.Directive, Name: name, Missing: errors.Is(err, fs.ErrNotExist), Err: err})
		return
	}
	doc := c.document(f)
	if doc.active {
		c.fail(in, &IncludeError{Directive: in.Directive, Name: name, Loop: true, Err: errLoop})
		return
	}
	doc.active = true
	c.enter(in, doc.Document)
	c.unseen(in.Scope, doc.Document, nil)
	c.expand(in.Scope, doc.Directives)
	c.leave(in)
	doc.active = false
}

func (c *Config) fail(in *Inclusion, e *IncludeError) {
	c.Includes = append(c.Includes, e)
	in.Failed = append(in.Failed, e)
	in.Scope.unread = append(in.Scope.unread, e)
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

// Why says in a few words why the file's content is not known.
func (e *IncludeError) Why() string {
	switch {
	case e.Unseen:
		return e.Err.Error()
	case e.Loop:
		return "the included file includes itself"
	case e.Missing && e.Packaged():
		return "the included file comes with nginx's packages and is not in this tree"
	case e.Missing:
		return "the included file does not exist: " + e.Name
	}
	return "the included file cannot be read: " + e.Name
}

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
