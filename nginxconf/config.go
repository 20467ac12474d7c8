package nginxconf

import (
	"fmt"
	"path"
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
}

// A Config is the whole nginx configuration of one host: the main file and
// everything it includes. Once loaded it may be asked concurrently.
type Config struct {
	Options
	// Documents are the files read, each once, in the order nginx first reads them.
	Documents []*Document
	// Includes are the include directives that could not be followed.
	Includes []*IncludeError
	// Root is the main context with includes expanded. Where a file has a syntax
	// error it is incomplete; see [Config.Whole].
	Root *Scope

	view     *source.View
	files    map[*source.File]*document
	parsed   map[*source.File]*Document // ahead of their use
	items    int
	defaults sync.Map // of directives in the version at hand: *Def to string
	names    sync.Map // of the blocks within a scope, by scope

	verdicts func() []Verdict
	model    func() *model
}

type document struct {
	*Document
	uses   int  // how often it is included
	active bool // being expanded now
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
	f, err := v.Open(o.Conf)
	if err != nil {
		return nil, fmt.Errorf("read the main configuration file: %w", err)
	}
	c := &Config{Options: o, view: v, files: map[*source.File]*document{}, parsed: map[*source.File]*Document{}}
	c.Root = &Scope{Context: InMain, config: c}
	main := c.document(f)
	main.active = true
	c.expand(c.Root, main.Directives)
	c.Root.Walk((*Scope).index)
	c.verdicts = sync.OnceValue(c.judgeAll)
	c.model = sync.OnceValue(func() *model { return newModel(c) })
	return c, nil
}

// Whole reports whether every file could be parsed to its end, so that what is
// not found is not there.
func (c *Config) Whole() bool {
	for _, d := range c.Documents {
		if d.Err != nil {
			return false
		}
	}
	return true
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

// Verdicts returns what nginx would refuse, each place once.
func (c *Config) Verdicts() []Verdict { return c.verdicts() }

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
