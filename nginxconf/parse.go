package nginxconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Parse reads one file. It never fails: a syntax error is kept in the document.
// A template is read around its tags.
func Parse(f *source.File) *Document {
	if l := languageOf(f.Path); l != nil {
		if t := findTemplate(f.Text, *l); t != nil {
			return parseTemplate(f, t)
		}
	}
	doc := parse(f, f.Text, nil)
	if t := doc.recognize(); t != nil {
		return parseTemplate(f, t)
	}
	return doc
}

// parse reads a file whose tags, if it is a template, are masked in text.
func parse(f *source.File, text string, t *template) *Document {
	p := &parser{
		doc:     &Document{File: f, template: t},
		text:    text,
		scanner: NewScanner(text),
		words:   make([]Arg, 0, 16),
		ids:     index(),
	}
	n := strings.Count(f.Text, ";") + strings.Count(f.Text, "{")
	p.directives = make([]Directive, 0, min(n, 1<<16))
	p.room = min(2*n, 256)
	p.doc.Directives, _ = p.block(nil)
	return p.doc
}

type parser struct {
	doc        *Document
	text       string // of the file, tags masked
	scanner    *Scanner
	directives []Directive // arena
	args       []Arg       // arena
	room       int         // of the next arena of arguments
	words      []Arg       // the statement being read
	ids        map[string]known
	pending    []*Directive
	depth      int
}

// maxDepth bounds nesting; nginx itself would overflow its stack far below.
const maxDepth = 10000

// block reads statements up to the brace that closes the block, or to the end
// of the file. It returns the offset of that brace.
func (p *parser) block(owner *Block) (list []*Directive, closing int) {
	base := len(p.pending)
	defer func() {
		list = append(list, p.pending[base:]...)
		p.pending = p.pending[:base]
	}()
	p.words = p.words[:0]
	for {
		t := p.scanner.Next()
		switch t.Kind {
		case Blank:
		case Comment:
			p.doc.Comments = append(p.doc.Comments, source.Span{File: p.doc.File, Start: t.Start, End: t.End})
		case Word:
			if !p.inserts(owner, t) {
				p.words = append(p.words, Arg{p.word(t), int32(t.Start), int32(t.End)})
			}
		case Semicolon, Open:
			if !p.statement(owner, t) {
				return nil, p.stopped(t)
			}
		case Close:
			return nil, p.close(owner, t)
		case Junk:
			p.fail(p.scanner.At, p.scanner.Message)
			return nil, t.Start
		case EOF:
			p.endOfFile(owner, t)
			return nil, t.Start
		}
	}
}

// word returns a word as nginx stores it, or, where a tag stands in it, as
// written.
func (p *parser) word(t Token) string {
	if !p.doc.template.touches(t.Start, t.End) {
		return cook(p.text, t)
	}
	if t.Quote != 0 {
		return p.doc.File.Text[t.Start+1 : t.End-1]
	}
	return p.doc.File.Text[t.Start:t.End]
}

// inserts reports whether a word is a tag that stands for whole statements: it
// starts one and nothing follows on its line. The hole is noted.
func (p *parser) inserts(owner *Block, t Token) bool {
	if p.doc.template == nil || len(p.words) > 0 || t.Quote != 0 {
		return false
	}
	role, ok := p.doc.template.fills(t.Start, t.End)
	if !ok {
		return false
	}
	rest, _, _ := strings.Cut(p.text[t.End:], "\n")
	rest = strings.TrimLeft(rest, " \t\r")
	if role != insertTag && rest != "" && rest[0] != '#' && rest[0] != '}' {
		return false
	}
	p.doc.holes = append(p.doc.holes, hole{extent{t.Start, t.End}, owner})
	return true
}

// statement adds the directive that t ends, with its block, and reports whether
// to go on. Entries have no blocks; of "match", which only NGINX Plus has, that
// is not known.
func (p *parser) statement(parent *Block, t Token) bool {
	if len(p.words) == 0 || t.Kind == Open && p.verbatim(parent) && parent.Owner.Name != "match" {
		p.fail(t.Start, `unexpected "`+p.doc.File.Text[t.Start:t.End]+`"`)
		return false
	}
	d := p.newDirective(parent, t)
	p.pending = append(p.pending, d)
	if t.Kind == Open {
		d.Block = &Block{Owner: d, open: int32(t.Start)}
		p.body(d)
	}
	p.words = p.words[:0]
	return p.doc.Err == nil
}

// stopped returns where a block ends in which an error stands: where the last
// directive in it does.
func (p *parser) stopped(t Token) int {
	if n := len(p.pending); n > 0 {
		return max(t.Start, int(p.pending[n-1].end)-1)
	}
	return t.Start
}

func (p *parser) newDirective(parent *Block, t Token) *Directive {
	if len(p.directives) == cap(p.directives) {
		p.directives = make([]Directive, 0, 256)
	}
	name := p.words[0]
	p.directives = append(p.directives, Directive{
		Name: name.Text, Args: p.keep(p.words[1:]), Parent: parent, Doc: p.doc,
		start: name.start, nameEnd: name.end, stop: int32(t.Start), end: int32(t.End), id: p.ids[name.Text].id,
	})
	return &p.directives[len(p.directives)-1]
}

// keep copies arguments into the arena.
func (p *parser) keep(args []Arg) []Arg {
	if len(args) == 0 {
		return nil
	}
	if len(p.args)+len(args) > cap(p.args) {
		p.args = make([]Arg, 0, max(p.room, len(args)))
	}
	n := len(p.args)
	p.args = append(p.args, args...)
	return p.args[n:len(p.args):len(p.args)]
}

// body reads what follows the "{" of d.
func (p *parser) body(d *Directive) {
	b := d.Block
	if isLuaBlock(d.Name) && !p.verbatim(d.Parent) {
		p.luaBody(b)
	} else if p.depth++; p.depth > maxDepth {
		p.fail(int(b.open), "blocks are nested too deeply")
	} else {
		closing := 0
		b.Directives, closing = p.block(b)
		b.close = int32(closing)
		p.depth--
	}
	d.end = min(b.close+1, int32(len(p.doc.File.Text)))
}

func (p *parser) luaBody(b *Block) {
	b.Code = true
	code := p.scanner.Lua()
	b.close = int32(code.End)
	switch {
	case code.Kind == Junk:
		p.fail(p.scanner.At, p.scanner.Message)
	default:
		p.scanner.Next() // the closing brace
	}
}

// verbatim reports whether the entries of a block are not directives, so that a
// name in it means nothing.
func (p *parser) verbatim(b *Block) bool {
	return b != nil && isVerbatim(b.Owner.Name)
}

func (p *parser) close(owner *Block, t Token) int {
	switch {
	case len(p.words) > 0:
		p.failAfterWord(t.Start, `unexpected "}"`)
	case owner == nil:
		p.fail(t.Start, `unexpected "}"`)
	}
	return t.Start
}

func (p *parser) endOfFile(owner *Block, t Token) {
	switch {
	case len(p.words) > 0:
		p.failAfterWord(t.Start, `unexpected end of file, expecting ";" or "}"`)
	case owner != nil:
		p.fail(t.Start, `unexpected end of file, expecting "}"`)
	}
}

// failAfterWord fails where a statement was not ended. Only a ";" is missing
// when the statement stands on one line.
func (p *parser) failAfterWord(at int, message string) {
	first, last := p.words[0], p.words[len(p.words)-1]
	p.fail(at, message)
	if strings.IndexByte(p.doc.File.Text[first.start:last.end], '\n') < 0 {
		p.doc.Err.After = source.Span{File: p.doc.File, Start: int(last.start), End: int(last.end)}
	}
}

func (p *parser) fail(at int, message string) {
	if p.doc.Err != nil {
		return
	}
	end := min(at+1, len(p.doc.File.Text))
	p.doc.Err = &SyntaxError{Error: source.Error{Span: source.Span{File: p.doc.File, Start: at, End: end}, Message: message}}
}

// isVerbatim reports whether the block of this name holds entries of its own
// kind instead of directives.
func isVerbatim(name string) bool {
	switch name {
	case "types", "map", "geo", "split_clients", "charset_map", "match":
		return true
	}
	return false
}
