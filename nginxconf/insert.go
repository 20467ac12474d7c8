package nginxconf

import (
	"strings"

	"github.com/tufanbarisyildirim/gonginx/config"
	"github.com/tufanbarisyildirim/gonginx/dumper"

	"github.com/tunelint/tunelint/source"
)

// A Statement is a directive to insert. Words stand as they would in a file;
// see [Quote]. Comments go on lines of their own above it, "#" included. Block
// holds the statements of a block, see [Scope.InsertAbove]; nil for none.
type Statement struct {
	Name     string
	Words    []string
	Comments []string
	Block    []Statement
}

// lines prints the statement through gonginx's model and dumper, one line each.
func (s Statement) lines() []string {
	return strings.Split(dumper.DumpDirective(s.model(), dumper.NoIndentStyle), "\n")
}

func (s Statement) model() *config.Directive {
	d := &config.Directive{Name: s.Name, Comment: s.Comments}
	for _, w := range s.Words {
		d.Parameters = append(d.Parameters, config.Parameter{Value: w})
	}
	if s.Block != nil {
		block := &config.Block{}
		for _, inner := range s.Block {
			block.Directives = append(block.Directives, inner.model())
		}
		d.Block = block
	}
	return d
}

// Insert adds statements to the scope's own block, each after the directive it
// belongs with: one of the same family, else of the same module, else the last
// one that is no block, else before the first block. Indentation, alignment and
// line endings follow what is there.
func (s *Scope) Insert(statements ...Statement) []source.Edit {
	c := container{doc: s.config.Documents[0]}
	if s.Directive != nil {
		c = container{s.Directive.Doc, s.Directive.Block}
	}
	var anchors []*Directive
	after := map[*Directive][]Statement{}
	for _, st := range statements {
		anchor := c.anchor(st.Name)
		if after[anchor] == nil {
			anchors = append(anchors, anchor)
		}
		after[anchor] = append(after[anchor], st)
	}
	var edits []source.Edit
	for _, anchor := range anchors {
		edits = append(edits, c.insert(anchor, after[anchor]))
	}
	return edits
}

// anchor returns the directive to insert after, nil where there are only blocks
// that have nothing in common with it.
func (c container) anchor(name string) *Directive {
	var best *Directive
	score := 0
	for _, d := range c.list() {
		if d.Block != nil {
			continue // "server" is no kin of server_names_hash_max_size
		}
		n := kinship(name, d.Name)
		if n > 0 && n >= score || n == 0 && score == 0 {
			best, score = d, n
		}
	}
	return best
}

// kinship says how much two names have in common: words of the prefix they
// share, then the last word, and with it the number of words. Zero is nothing.
func kinship(a, b string) int {
	n, x, y := 0, a, b
	for more := true; more; {
		v, restX, moreX := strings.Cut(x, "_")
		w, restY, moreY := strings.Cut(y, "_")
		if v != w {
			break
		}
		n++
		x, y, more = restX, restY, moreX && moreY
	}
	if n == 0 {
		return 0
	}
	score := 4 * n
	if lastWord(a) == lastWord(b) {
		score += family
		if strings.Count(a, "_") == strings.Count(b, "_") {
			score++
		}
	}
	return score
}

func lastWord(name string) string { return name[strings.LastIndexByte(name, '_')+1:] }

// family is what the same last word counts: timeouts stand with timeouts.
const family = 2

func (c container) insert(anchor *Directive, statements []Statement) source.Edit {
	var decides []string
	for _, st := range statements {
		decides = append(decides, c.setting(st.Name, st.Words))
	}
	e := c.place(anchor)
	e.Decides = strings.Join(decides, "\n")
	if !e.ownLine {
		for _, st := range statements {
			if e.behind {
				e.Text += st.inline() + " "
				continue
			}
			e.Text += " " + st.inline()
		}
		e.Text += e.after
		return e.Edit
	}
	eol := c.doc.File.LineEnding()
	for _, st := range statements {
		if len(st.Comments) > 0 && anchor != nil && kinship(st.Name, anchor.Name)&family == 0 && c.airy() {
			e.Text += eol
		}
		for _, line := range st.lines() {
			e.Text += e.indent + c.align(line) + eol
		}
	}
	return e.Edit
}

// inline prints the statement for a line that holds others; a comment would
// swallow them, so it is not printed.
func (s Statement) inline() string {
	s.Comments = nil
	return s.lines()[0]
}

// place is where an insertion goes and how it is laid out.
type place struct {
	source.Edit
	ownLine bool
	indent  string // before each line
	after   string // behind an insertion within a line
	behind  bool   // within a line, the blank goes behind each statement
}

func (c container) place(anchor *Directive) place {
	text := c.doc.File.Text
	if anchor == nil && len(c.list()) > 0 {
		return c.placeBefore(c.list()[0])
	}
	if anchor == nil {
		return c.placeInEmpty()
	}
	next, ends := endsLine(text, int(anchor.end))
	if !ends || !startsLine(text, int(anchor.start)) {
		return c.at(int(anchor.end))
	}
	p := c.at(next)
	p.ownLine, p.indent = true, indentation(text, int(anchor.start))
	if next == len(text) && !strings.HasSuffix(text, "\n") {
		p.Text = c.doc.File.LineEnding()
	}
	return p
}

// placeBefore finds the place before the first directive of a container.
func (c container) placeBefore(first *Directive) place {
	text, start := c.doc.File.Text, int(first.start)
	if !startsLine(text, start) {
		p := c.at(start)
		p.behind = true
		return p
	}
	p := c.at(lineStart(text, start))
	p.ownLine, p.indent = true, indentation(text, start)
	return p
}

// placeInEmpty finds the place in a container without directives.
func (c container) placeInEmpty() place {
	if c.block == nil {
		p := c.at(0)
		p.ownLine = true
		return p
	}
	text, open, closing := c.doc.File.Text, int(c.block.open)+1, int(c.block.close)
	if strings.Contains(text[open:closing], "\n") {
		p := c.at(lineStart(text, closing))
		p.ownLine = true
		p.indent = indentation(text, int(c.block.Owner.start)) + c.doc.indentUnit()
		return p
	}
	p := c.at(open)
	if text[open] == '}' {
		p.after = " "
	}
	return p
}

func (c container) at(offset int) place {
	return place{Edit: source.Edit{Span: source.Span{File: c.doc.File, Start: offset, End: offset}}}
}
