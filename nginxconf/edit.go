package nginxconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// SetArg replaces argument i, counted from 0. The text is a word as it stands
// in a file; see [Quote].
func (d *Directive) SetArg(i int, word string) source.Edit {
	if at := d.Args[i].start; at > 0 && class[d.Doc.File.Text[at-1]]&isBlank == 0 {
		word = " " + word // as in `"a")`, where ")" needs no blank before it
	}
	return source.Edit{Span: d.ArgSpan(i), Text: word, Decides: d.setting()}
}

// AddArgs appends arguments.
func (d *Directive) AddArgs(words ...string) source.Edit {
	end := d.HeadSpan().End
	at := source.Span{File: d.Doc.File, Start: end, End: end}
	return source.Edit{Span: at, Text: " " + strings.Join(words, " "), Decides: d.setting()}
}

// DropArg removes argument i with the blanks before it.
func (d *Directive) DropArg(i int) source.Edit {
	span := d.ArgSpan(i)
	span.Start = int(d.nameEnd)
	if i > 0 {
		span.Start = int(d.Args[i-1].end)
	}
	return source.Edit{Span: span, Decides: d.setting()}
}

// SetName replaces the directive's name.
func (d *Directive) SetName(name string) source.Edit {
	return source.Edit{Span: d.NameSpan(), Text: name, Decides: d.setting()}
}

// Words returns the arguments as they stand in the file, quotes included.
func (d *Directive) Words() []string {
	words := make([]string, len(d.Args))
	for i := range d.Args {
		words[i] = d.ArgSpan(i).Text()
	}
	return words
}

// AppendSemicolon adds the semicolon that a syntax error misses.
func (e *SyntaxError) AppendSemicolon() (source.Edit, bool) {
	if !e.After.IsValid() {
		return source.Edit{}, false
	}
	at := source.Span{File: e.After.File, Start: e.After.End, End: e.After.End}
	return source.Edit{Span: at, Text: ";"}, true
}

// Quote writes a value as one word of a file.
func Quote(value string) string {
	if value != "" && !strings.ContainsAny(value, " \t\r\n;{}\"'\\#") {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// setting names what the directive decides: its name within its block, with the
// first argument where the directive may repeat.
func (d *Directive) setting() string {
	c := container{d.Doc, d.Parent}
	return c.setting(d.Name, d.Words())
}

// A container is where directives stand: a block, or the top of a file.
type container struct {
	doc   *Document
	block *Block
}

func (c container) setting(name string, words []string) string {
	var b strings.Builder
	b.WriteString(c.doc.File.Path)
	if c.block != nil {
		b.WriteString(" " + formatInt(int64(c.block.open)))
	}
	b.WriteString(" " + name)
	if len(words) > 0 && repeats(name) {
		b.WriteString(" " + words[0])
	}
	return b.String()
}

// repeats reports whether several directives of this name stand side by side.
func repeats(name string) bool {
	for _, def := range Lookup(name) {
		if def.Repeat == RepeatAppend {
			return true
		}
	}
	return false
}

func (c container) list() []*Directive {
	if c.block != nil {
		return c.block.Directives
	}
	return c.doc.Directives
}
