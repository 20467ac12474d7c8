package nginxconf

import (
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/tunelint/tunelint/source"
)

// Options say how nginx would be started.
type Options struct {
	// Conf is the main file's name on the host; empty means /etc/nginx/nginx.conf.
	Conf string
	// Prefix is nginx's prefix; empty means the folder of Conf.
	Prefix string
	// Version of nginx; zero means the newest one known.
	Version Version
	// Modules are third-party modules that are loaded, beyond what load_module says.
	Modules []string
	// Build is what nginx was configured with, as "nginx -V" lists it; empty means
	// that it is not known, and any module may be built in.
	Build string
	// Templates: where a file is missing the template that it is made of is read.
	Templates bool
}

// A Config is the whole nginx configuration of one host: the main file and
// everything it includes. Once loaded it may be asked concurrently.
type Config struct {
	Options
	// Documents are the files read, each once, in the order nginx first reads them.
	Documents []*Document
	// Includes are the include directives that could not be followed.
	Includes []*IncludeError
	// Fragment reports that only one file is known and what stands around it is
	// not: nothing that the file lacks is missing.
	Fragment bool
	// Root is the main context with includes expanded. Where a file has a syntax
	// error it is incomplete; see [Config.Whole].
	Root *Scope
	// Main is the reading of the main file, from which all others are reached.
	Main *Reading

	view     *source.View
	files    map[*source.File]*document
	parsed   map[*source.File]*Document // ahead of their use
	reading  *Reading                   // the file being expanded
	items    int
	broken   bool     // a file could not be parsed to its end
	tagged   bool     // a file is a template
	defaults sync.Map // of directives in the version at hand: *Def to string
	names    sync.Map // of the blocks within a scope, by scope

	model     func() *model
	addresses func() []*Address
	hidden    func() *source.Skip
	present   []bool        // which names of the table occur, by id
	origin    source.Origin // of defaults
}

type document struct {
	*Document
	uses     int        // how often it is included
	readings []*Reading // by includes
	active   bool       // being expanded now
}

// maxItems bounds what includes may expand to.
const maxItems = 10_000_000

// Load reads the configuration. The error is non-nil only when the main file
// itself cannot be read; everything else is kept in the Config.
func Load(v *source.View, o Options) (*Config, error) {
	if o.Conf == "" {
		o.Conf = "/etc/nginx/nginx.conf"
	}
	if o.Prefix == "" {
		o.Prefix = path.Dir(o.Conf)
	}
	c := &Config{Options: o, view: v, files: map[*source.File]*document{}, parsed: map[*source.File]*Document{}}
	f, err := c.open(o.Conf)
	if err != nil {
		return nil, fmt.Errorf("read the main configuration file: %w", err)
	}
	main := c.document(f)
	c.Main = &Reading{Document: main.Document}
	c.reading = c.Main
	c.Root = &Scope{Context: InMain, config: c, within: c.Main}
	main.active = true
	c.unseen(c.Root, main.Document, nil)
	c.expand(c.Root, main.Directives)
	c.finish()
	return c, nil
}

// finish prepares the configuration for being asked.
func (c *Config) finish() {
	c.origin = source.Origin{Default: "nginx " + c.Release().String() + " default"}
	c.present = make([]bool, len(index())+1)
	room := make([]nameID, 0)
	c.Root.Walk(func(s *Scope) {
		for _, d := range s.items {
			c.present[d.id] = true
		}
		room = s.index(room)
	})
	c.broken = slices.ContainsFunc(c.Documents, func(d *Document) bool { return d.Err != nil || d.Unclear != nil })
	c.tagged = slices.ContainsFunc(c.Documents, (*Document).Template)
	c.model = sync.OnceValue(func() *model { return newModel(c) })
	c.addresses = sync.OnceValue(func() []*Address { return findAddresses(c) })
	c.hidden = sync.OnceValue(func() *source.Skip { return findHidden(c) })
}

// Whole reports whether every file could be parsed to its end, so that what is
// not found is not there. A fragment is never whole.
func (c *Config) Whole() bool {
	return !c.Fragment && !c.broken
}

// Has reports whether there may be a directive of one of these names: for the
// names that the table does not have, whether there is any of them.
func (c *Config) Has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.present[index()[name].id] })
}

// Document returns the parsed form of a file, nil when nginx does not read it.
func (c *Config) Document(f *source.File) *Document {
	if d := c.files[f]; d != nil {
		return d.Document
	}
	return nil
}

// Uses returns how many times nginx reads a file: an edit to a file that is
// included from several places changes all of them.
func (c *Config) Uses(f *source.File) int {
	if d := c.files[f]; d != nil {
		return d.uses
	}
	return 0
}

func (c *Config) document(f *source.File) *document {
	d := c.files[f]
	if d == nil {
		d = &document{Document: c.parsed[f]}
		if d.Document == nil {
			d.Document = Parse(f)
		}
		c.files[f] = d
		c.Documents = append(c.Documents, d.Document)
	}
	d.uses++
	return d
}
