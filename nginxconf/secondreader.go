package nginxconf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tufanbarisyildirim/gonginx/config"
	gonginx "github.com/tufanbarisyildirim/gonginx/parser"

	"github.com/tunelint/tunelint/source"
)

// SecondReaderAgrees reports whether gonginx, an independent parser, reads the
// same directives in a file as this package does. The order of directives, and
// of a server's parameters, is not compared: gonginx does not keep it everywhere.
// It is false where one of the two cannot read the file.
func SecondReaderAgrees(f *source.File) bool {
	doc := Parse(f)
	if doc.Err != nil {
		return false // too deep a nesting, among others, would exhaust gonginx's stack
	}
	r := reading{paths: map[step]int{}}
	theirs, ok := r.second(f.Text)
	if !ok {
		return false
	}
	ours := r.first(doc)
	slices.Sort(ours)
	slices.Sort(theirs)
	return slices.Equal(ours, theirs)
}

// A reading lists directives, one line each, in a form that both parsers yield.
type reading struct {
	paths map[step]int
}

// A step leads to a directive: the number of the path to its parent, 0 at the
// top, and its name.
type step struct {
	parent int
	name   string
}

// path numbers the names that lead to a directive. Written out in each line,
// they would make a deep file a gigabyte.
func (r reading) path(parent int, name string) int {
	s := step{parent, name}
	if r.paths[s] == 0 {
		r.paths[s] = len(r.paths) + 1
	}
	return r.paths[s]
}

// line writes one directive.
func (r reading) line(path int, name string, words []string) string {
	if name == "server" {
		slices.Sort(words)
	}
	return strconv.Itoa(path) + "\x00" + name + "\x00" + strings.Join(words, "\x00")
}

// first lists what this package reads.
func (r reading) first(doc *Document) (out []string) {
	for _, d := range doc.Directives {
		out = r.directive(out, 0, d)
	}
	return out
}

func (r reading) directive(out []string, parent int, d *Directive) []string {
	name := d.NameSpan().Text()
	path := r.path(parent, name)
	out = append(out, r.line(path, name, d.Words()))
	if d.Block != nil {
		for _, inner := range d.Block.Directives {
			out = r.directive(out, path, inner)
		}
	}
	return out
}

// second lists what gonginx reads. It panics on some input, which counts as a
// file it cannot read.
func (r reading) second(text string) (out []string, ok bool) {
	defer func() {
		if recover() != nil {
			out, ok = nil, false
		}
	}()
	p := gonginx.NewStringParser(text, gonginx.WithSkipValidDirectivesErr(), gonginx.WithSkipComments())
	c, err := p.Parse()
	if err != nil {
		return nil, false
	}
	for _, d := range c.Directives {
		out = r.secondDirective(out, 0, d)
	}
	return out, true
}

func (r reading) secondDirective(out []string, parent int, d config.IDirective) []string {
	name := d.GetName()
	path := r.path(parent, name)
	words := make([]string, 0, 4)
	for _, p := range d.GetParameters() {
		words = append(words, p.GetValue())
	}
	out = append(out, r.line(path, name, words))
	if b := d.GetBlock(); b != nil {
		for _, inner := range b.GetDirectives() {
			out = r.secondDirective(out, path, inner)
		}
	}
	return out
}
