package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// MoveBehind moves the directive behind a later one of the same block. Settings
// of its family right below (keepalive_timeout for keepalive), comments behind
// them and a comment above that speaks of nothing else go along, as they stand.
// There are no edits where the two are not in one block.
func (d *Directive) MoveBehind(anchor *Directive) []source.Edit {
	if d.Doc != anchor.Doc || d.Parent != anchor.Parent || d.start > anchor.start {
		return nil
	}
	text := d.Doc.File.Text
	run := d.family(anchor)
	below, ends := endsLine(text, int(anchor.end))
	lines, whole := d.lines(run, anchor)
	c := container{d.Doc, d.Parent}
	if !ends || !whole {
		insert := c.at(int(anchor.end)).Edit
		insert.Text, insert.Decides = " "+d.Span().Text(), d.setting()
		return append(Delete([]*Directive{d}), insert)
	}
	move := cut{span: lines, lines: true}
	move.decides = append([]string{d.setting()}, c.family(d.Name)...)
	insert := c.at(below).Edit
	insert.Text, insert.Decides = lines.Text(), strings.Join(move.decides, "\n")
	return []source.Edit{{Span: mergeCuts([]cut{move})[0].span, Decides: insert.Decides}, insert}
}

// family returns the directive and those that follow it on lines of their own,
// before another one, with its name and an underscore as the start of theirs.
func (d *Directive) family(before *Directive) []*Directive {
	text, all := d.Doc.File.Text, d.siblings()
	i := slices.Index(all, d)
	run := []*Directive{d}
	for _, next := range all[i+1:] {
		last := run[len(run)-1]
		below, ends := endsLine(text, int(last.end))
		if next == before || !strings.HasPrefix(next.Name, d.Name+"_") || !ends || lineStart(text, int(next.start)) != below {
			break
		}
		run = append(run, next)
	}
	return run
}

// family returns the settings whose names begin with another one's: a fix that
// would write one of them beside it waits until it has moved.
func (c container) family(name string) []string {
	var out []string
	for def := range Definitions() {
		if strings.HasPrefix(def.Name, name+"_") {
			out = append(out, c.setting(def.Name, nil))
		}
	}
	return out
}

// lines returns the lines of a run of directives, with the comment above that
// speaks of nothing but them and the anchor; false where they share a line with
// something else.
func (d *Directive) lines(run []*Directive, anchor *Directive) (source.Span, bool) {
	text := d.Doc.File.Text
	end, ends := endsLine(text, int(run[len(run)-1].end))
	span := source.Span{File: d.Doc.File, Start: lineStart(text, int(d.start)), End: end}
	for _, h := range Headings(append(slices.Clone(run), anchor)) {
		if h.Group[0] == d {
			span.Start = h.start
		}
	}
	return span, ends && startsLine(text, int(d.start))
}
