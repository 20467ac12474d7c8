package nginxconf

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Nesting says where a fragment stands: the blocks around it from the main
// context inwards. "http", "server" is the body of a server; none is the main
// context.
type Nesting []string

// String writes a nesting as [ParseNesting] reads it.
func (n Nesting) String() string {
	if len(n) == 0 {
		return "main"
	}
	return strings.Join(n, ",")
}

// inHTTP are the blocks that may be named alone where http is meant.
var inHTTP = map[string]Nesting{
	"server": {"http"}, "upstream": {"http"}, "location": {"http", "server"}, "limit_except": {"http", "server", "location"},
}

// ParseNesting reads "http,server": the blocks around a text, outermost first.
// What stands in http may be named alone: "location" is "http,server,location".
func ParseNesting(text string) (Nesting, error) {
	var out Nesting
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" && (name != "main" || len(out) > 0) {
			out = append(out, name)
		}
	}
	if len(out) > 0 {
		out = slices.Concat(inHTTP[out[0]], out)
	}
	in, around := InMain, "main"
	for _, name := range out {
		row := blockRow(name, in)
		if row == nil {
			return nil, fmt.Errorf("%q is no block of %q; write the blocks from the outside in, such as http,server", name, around)
		}
		in, around = row.Opens, name
	}
	return out, nil
}

// blockRow returns the row of a block that stands in a context; nil for none.
func blockRow(name string, in Context) *Def {
	for _, def := range Lookup(name) {
		if def.Block && def.Contexts&in != 0 {
			return def
		}
	}
	return nil
}

// nestings are where fragments stand, the likeliest first.
var nestings = []Nesting{
	{"http"}, {"http", "server"}, {"http", "server", "location"}, {}, {"http", "upstream"}, {"events"},
	{"stream"}, {"stream", "server"}, {"stream", "upstream"}, {"mail"}, {"mail", "server"},
	{"http", "server", "if"}, {"http", "server", "location", "if"}, {"http", "server", "location", "limit_except"},
}

var contextComment = regexp.MustCompile(`tunelint:context(?:[ \t]+([^ \t\r]+))?`)

// DeclaredNesting returns what the comment "# tunelint:context http,server" says
// before the first directive of a file. ok is false where there is none; the
// error is a [source.Error].
func (d *Document) DeclaredNesting() (n Nesting, ok bool, err error) {
	for _, c := range d.Comments {
		m := contextComment.FindStringSubmatch(c.Text())
		if m == nil || len(d.Directives) > 0 && c.Start > int(d.Directives[0].start) {
			continue
		}
		n, err = ParseNesting(m[1])
		if m[1] == "" {
			err = fmt.Errorf("no context is named; write the blocks around the file, such as http,server")
		}
		if err != nil {
			return nil, false, &source.Error{Span: c, Message: "tunelint:context: " + err.Error(), Err: err}
		}
		return n, true, nil
	}
	return nil, false, nil
}

// Nestings returns where the file can stand: all places in which every directive
// at its top level that is known is allowed, and of these the ones that fit most
// directives further in. None where no place fits or too few names are known.
// What a template may print elsewhere counts only where there is nothing else.
func (d *Document) Nestings(v Version) []Nesting {
	sure := slices.DeleteFunc(slices.Clone(d.Directives), (*Directive).Conditional)
	if len(sure) > 0 && len(sure) < len(d.Directives) {
		return fittingNestings(sure, v)
	}
	return fittingNestings(d.Directives, v)
}

func fittingNestings(list []*Directive, v Version) []Nesting {
	known := 0
	for _, top := range list {
		if telling(top) {
			known++
		}
	}
	if known == 0 || 2*known < len(list) {
		return nil
	}
	var out []Nesting
	best := -1
	for _, n := range nestings {
		in := n.context()
		if slices.ContainsFunc(list, func(top *Directive) bool { return telling(top) && !allowed(top, in, v) }) {
			continue
		}
		fit := fitting(list, in, v)
		if fit > best {
			best, out = fit, nil
		}
		if fit == best {
			out = append(out, n)
		}
	}
	return out
}

// telling reports whether a directive says something about where it stands.
func telling(d *Directive) bool {
	return !d.Tagged() && slices.ContainsFunc(Lookup(d.Name), func(def *Def) bool { return !def.AnyContext })
}

// allowed reports whether a directive may stand in a context.
func allowed(d *Directive, in Context, v Version) bool {
	return slices.ContainsFunc(Lookup(d.Name), func(def *Def) bool {
		here := def.AnyContext || def.Unchecked || def.ContextsIn(v)&in != 0
		return here && (def.Unchecked || def.Block == (d.Block != nil))
	})
}

// fitting counts the directives of a list and of the blocks in it that may stand
// where they do.
func fitting(list []*Directive, in Context, v Version) int {
	n := 0
	for _, d := range list {
		if allowed(d, in, v) {
			n++
		}
		if d.Block != nil && !d.Block.Code && !isVerbatim(d.Name) {
			if row := blockRow(d.Name, in); row != nil {
				n += fitting(d.Block.Directives, row.Opens, v)
			}
		}
	}
	return n
}

// context returns the context inside the blocks.
func (n Nesting) context() Context {
	in := InMain
	for _, name := range n {
		in = Opens(in, name)
	}
	return in
}

// LoadFragment reads one file as if it stood in a nesting of blocks. What stands
// around it, and what it includes, is not known: see [Config.Fragment].
func LoadFragment(v *source.View, f *source.File, n Nesting, o Options) *Config {
	c := &Config{Options: o, Fragment: true, view: v, files: map[*source.File]*document{}, parsed: map[*source.File]*Document{}}
	if c.Conf == "" {
		c.Conf = "/etc/nginx/nginx.conf"
	}
	doc := c.document(f)
	c.Main = &Reading{Document: doc.Document}
	c.reading = c.Main
	c.Root = &Scope{Context: InMain, config: c, within: c.Main}
	doc.active = true
	inner := c.surround(c.Root, n, doc.Document)
	c.unseen(inner, doc.Document, nil)
	c.expand(inner, doc.Directives)
	c.finish()
	return c
}

// heads are blocks that need more than their name.
var heads = map[string]string{
	"location": " /", "upstream": " fragment", "if": " ($fragment)", "limit_except": " GET", "map": " $a $b", "split_clients": " $a $b",
}

// surround opens the blocks around a fragment, of which nothing else is known,
// and returns the innermost scope.
func (c *Config) surround(s *Scope, n Nesting, doc *Document) *Scope {
	var text strings.Builder
	for _, name := range n {
		text.WriteString(name + heads[name] + " {")
	}
	text.WriteString(strings.Repeat("}", len(n)))
	around := Parse(source.NewFile(doc.File.Path, text.String()))
	unknown := &IncludeError{Directive: doc.stand(extent{}), Unseen: true, Err: errOutside}
	s.unread = append(s.unread, unknown)
	for list := around.Directives; len(list) > 0; list = list[0].Block.Directives {
		child := &Scope{Context: Opens(s.Context, list[0].Name), Directive: list[0], Parent: s, config: c, within: c.Main}
		child.unread = append(child.unread, unknown)
		s.items, s.Children = list, []*Scope{child}
		s = child
	}
	return s
}

// SelfContained reports whether the file includes nothing but files that nginx's
// packages ship.
func (d *Document) SelfContained() bool {
	alone := true
	eachDirective(d.Directives, func(d *Directive) {
		alone = alone && (!isInclude(d) || packaged[path.Base(d.Arg(0))] != nil)
	})
	return alone
}
