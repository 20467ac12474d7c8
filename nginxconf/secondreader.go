package nginxconf

import (
	"slices"
	"strings"

	"github.com/tufanbarisyildirim/gonginx/config"
	gonginx "github.com/tufanbarisyildirim/gonginx/parser"

	"github.com/tunelint/tunelint/source"
)

// SecondReaderAgrees reports whether gonginx, an independent parser, reads the
// same directives in a file as this package does. The order of directives, and
// of a server's parameters, is not compared: gonginx does not keep it everywhere.
// It is false where gonginx cannot read the file.
func SecondReaderAgrees(f *source.File) bool {
	theirs, ok := secondReading(f.Text)
	if !ok {
		return false
	}
	doc := Parse(f)
	var ours []string
	for _, d := range doc.Directives {
		ours = flatten(ours, "", d)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	return doc.Err == nil && slices.Equal(ours, theirs)
}

// flatten lists a directive and all within it, one line each.
func flatten(out []string, path string, d *Directive) []string {
	path += "\x00" + d.NameSpan().Text()
	out = append(out, flatLine(path, d.Words()))
	if d.Block != nil {
		for _, inner := range d.Block.Directives {
			out = flatten(out, path, inner)
		}
	}
	return out
}

// flatLine writes one directive with the path of names that leads to it.
func flatLine(path string, words []string) string {
	if strings.HasSuffix(path, "\x00server") {
		slices.Sort(words)
	}
	return path + "\x00" + strings.Join(words, "\x00")
}

// secondReading lists the same through gonginx. It panics on some input, which
// counts as a file it cannot read.
func secondReading(text string) (out []string, ok bool) {
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
		out = flattenSecond(out, "", d)
	}
	return out, true
}

func flattenSecond(out []string, path string, d config.IDirective) []string {
	path += "\x00" + d.GetName()
	words := make([]string, 0, 4)
	for _, p := range d.GetParameters() {
		words = append(words, p.GetValue())
	}
	out = append(out, flatLine(path, words))
	if b := d.GetBlock(); b != nil {
		for _, inner := range b.GetDirectives() {
			out = flattenSecond(out, path, inner)
		}
	}
	return out
}
