package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A Comment is one comment of one of the host's files.
type Comment struct {
	// Span covers the comment with its marker, up to the end of the line.
	Span source.Span
	// Target is what the comment speaks of: the statement on its own line, or the
	// next one when it stands alone. Invalid when there is none.
	Target source.Span
	// Block is the innermost block or section around the comment; invalid for none.
	Block source.Span
	// First reports that nothing but comments stands before it in the file.
	First bool
}

// Comments returns the comments that hold a word, in every file of the host.
func (h *Host) Comments(word string) []Comment {
	var out []Comment
	seen := map[*source.File]bool{}
	for _, f := range h.Files() {
		if seen[f] || !strings.Contains(f.Text, word) {
			continue
		}
		seen[f] = true
		for _, c := range h.commentsOf(f) {
			if strings.Contains(c.Span.Text(), word) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (h *Host) commentsOf(f *source.File) []Comment {
	if h.Nginx != nil {
		if doc := h.Nginx.Document(f); doc != nil {
			return nginxComments(doc)
		}
	}
	return lineComments(f, h.grammar(f))
}

// grammar is how a line-based file writes comments.
type grammar struct {
	markers  string // each byte starts a comment
	slashes  bool   // "//" starts one too
	trailing bool   // also behind a statement
	sections bool   // "[name]" lines divide the file
}

func (h *Host) grammar(f *source.File) grammar {
	for _, d := range h.Limits.Documents {
		if d.File == f {
			return grammar{markers: "#"}
		}
	}
	if h.isUnit(f) {
		return grammar{markers: "#;", sections: true}
	}
	if h.isSysctl(f) {
		return grammar{markers: "#;"}
	}
	switch path.Ext(f.Path) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".go", ".java":
		return grammar{slashes: true, trailing: true}
	case ".json":
		return grammar{}
	}
	return grammar{markers: "#", trailing: true}
}

func (h *Host) isSysctl(f *source.File) bool {
	return slices.Contains(h.Sysctl.Files(), f) ||
		slices.ContainsFunc(h.Sysctl.Unread, func(u sysctl.Unread) bool { return u.Document.File == f })
}

func (h *Host) isUnit(f *source.File) bool {
	is := func(u *limits.UnitFile) bool { return u != nil && u.File == f }
	for _, u := range h.Limits.Units {
		if is(u.Fragment) {
			return true
		}
		for _, d := range u.DropIns {
			if is(d) {
				return true
			}
		}
	}
	for _, u := range h.Limits.SystemConf {
		if is(u) {
			return true
		}
	}
	return false
}

// nginxComments relates the comments of an nginx file to its directives.
func nginxComments(doc *nginxconf.Document) []Comment {
	var out []Comment
	for _, span := range doc.Comments {
		c := Comment{Span: span, First: len(doc.Directives) == 0 || span.End <= doc.Directives[0].Span().Start}
		list := doc.Directives
		for list != nil {
			var inside *nginxconf.Directive
			for _, d := range list {
				c.relate(d)
				if d.Block != nil && d.StopSpan().Start < span.Start && span.End <= d.Span().End {
					inside = d
				}
			}
			if inside == nil {
				break
			}
			c.Block, list = inside.Span(), inside.Block.Directives
			c.unrelate(inside)
		}
		out = append(out, c)
	}
	return out
}

// relate makes d the target when the comment stands behind it on its line, or
// alone above it.
func (c *Comment) relate(d *nginxconf.Directive) {
	f := c.Span.File
	line := f.Line(c.Span.Position().Line)
	alone := strings.TrimLeft(f.Text[line.Start:c.Span.Start], " \t") == ""
	stop := d.StopSpan()
	switch {
	case !alone && stop.Start >= line.Start && stop.End <= c.Span.Start:
		c.Target = source.Span{File: f, Start: min(line.Start, d.HeadSpan().Start), End: c.Span.Start}
	case alone && !c.Target.IsValid() && d.Span().Start >= c.Span.End:
		c.Target = d.HeadSpan()
	}
}

// unrelate drops a target found outside the block the comment stands in.
func (c *Comment) unrelate(block *nginxconf.Directive) {
	if c.Target.IsValid() && !block.Span().Contains(c.Target) && c.Target.End <= c.Span.Start {
		return // behind the block's own head: "location / { # comment"
	}
	c.Target = source.Span{}
}

// lineComments finds comments in a file made of lines.
func lineComments(f *source.File, g grammar) []Comment {
	var out []Comment
	var waiting []int // comments that stand alone and wait for a statement
	first, section := true, -1
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		start := line.Start + len(line.Text()) - len(strings.TrimLeft(line.Text(), " \t"))
		at := g.find(line, start)
		switch text := f.Text[start:line.End]; {
		case text == "":
			continue
		case g.sections && text[0] == '[':
			section = start
		}
		if at == start {
			waiting = append(waiting, len(out))
			out = append(out, Comment{Span: source.Span{File: f, Start: at, End: line.End}, First: first, Block: sectionSpan(f, section)})
			continue
		}
		if at > start {
			out = append(out, Comment{Span: source.Span{File: f, Start: at, End: line.End}, Target: source.Span{File: f, Start: start, End: at}})
		}
		for _, i := range waiting {
			out[i].Target = source.Span{File: f, Start: start, End: line.End}
		}
		waiting, first = nil, false
	}
	return out
}

// find returns where a comment starts on a line whose text starts at start, -1
// for none. A marker behind a statement needs a blank before it.
func (g grammar) find(line source.Span, start int) int {
	text := line.File.Text
	for i := start; i < line.End; i++ {
		marker := strings.IndexByte(g.markers, text[i]) >= 0 || g.slashes && strings.HasPrefix(text[i:line.End], "//")
		if marker && (i == start || g.trailing && (text[i-1] == ' ' || text[i-1] == '\t')) {
			return i
		}
		if !g.trailing {
			break
		}
	}
	return -1
}

// sectionSpan covers a section from its header to the next one.
func sectionSpan(f *source.File, start int) source.Span {
	if start < 0 {
		return source.Span{}
	}
	end := len(f.Text)
	if n := strings.Index(f.Text[start+1:], "\n["); n >= 0 {
		end = start + 1 + n + 1
	}
	return source.Span{File: f, Start: start, End: end}
}
