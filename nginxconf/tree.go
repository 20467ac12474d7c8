package nginxconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Document is one parsed file. Where the file has a syntax error, the
// document holds what stands before it.
type Document struct {
	File *source.File
	// Directives are those of the top level, in order.
	Directives []*Directive
	// Comments are all comments of the file, in order, "#" included.
	Comments []source.Span
	// Err is the first syntax error, as nginx would report it; nil if none.
	Err *SyntaxError
	// Unclear is where a template can be read no further, because what its tags
	// print decides where words and blocks end; nil if it was read to its end.
	Unclear *SyntaxError

	template *template // nil for a file without tags
	holes    []hole
}

// A SyntaxError is what makes nginx stop reading a file.
type SyntaxError struct {
	source.Error
	// After is the last word before the error where only a ";" is missing after
	// it, else invalid.
	After source.Span
}

// A Directive is one statement of a file: a name, its arguments, and a block
// or a semicolon.
type Directive struct {
	// Name is the first word as nginx stores it.
	Name string
	// Args are the words that follow.
	Args []Arg
	// Block is what stands between the braces; nil when the directive ends with ";".
	Block *Block
	// Parent is the block the directive stands in; nil at the top of a file.
	Parent *Block
	// Doc is the file the directive stands in.
	Doc *Document

	start, nameEnd, stop, end int32 // stop: the ";" or "{", or the end of a Lua body's opening
	id                        nameID
}

// An Arg is one argument.
type Arg struct {
	// Text is the argument as nginx stores it: quotes and escapes resolved.
	Text       string
	start, end int32
}

// A hole is a tag that may stand for statements, and the block it stands
// directly in; nil for the top level.
type hole struct {
	extent
	block *Block
}

// A Block is what stands between "{" and "}".
type Block struct {
	// Owner is the directive that opens the block.
	Owner *Directive
	// Directives are those directly in the block, in order; empty for Lua code.
	Directives []*Directive
	// Code reports that the body is Lua and not nginx syntax.
	Code bool

	open, close int32 // offsets of the braces
}

// CloseSpan covers the "}" that ends the block. nginx reports what is wrong with
// a block as a whole at the line of this byte.
func (b *Block) CloseSpan() source.Span { return b.Owner.span(b.close, b.close+1) }

// Span covers the directive from its name through its ";" or "}".
func (d *Directive) Span() source.Span { return d.span(d.start, d.end) }

// NameSpan covers the name.
func (d *Directive) NameSpan() source.Span { return d.span(d.start, d.nameEnd) }

// HeadSpan covers name and arguments, without ";" or block.
func (d *Directive) HeadSpan() source.Span {
	if n := len(d.Args); n > 0 {
		return d.span(d.start, d.Args[n-1].end)
	}
	return d.NameSpan()
}

// StopSpan covers the ";" or "{" after the last argument. nginx reports what is
// wrong with a directive at the line of this byte.
func (d *Directive) StopSpan() source.Span { return d.span(d.stop, d.stop+1) }

// ArgSpan covers argument i, counted from 0, with its quotes.
func (d *Directive) ArgSpan(i int) source.Span { return d.span(d.Args[i].start, d.Args[i].end) }

// Arg returns the text of argument i, counted from 0, or "" where there is none.
func (d *Directive) Arg(i int) string {
	if i >= 0 && i < len(d.Args) {
		return d.Args[i].Text
	}
	return ""
}

// ArgText returns all arguments joined by single blanks.
func (d *Directive) ArgText() string {
	texts := make([]string, len(d.Args))
	for i, a := range d.Args {
		texts[i] = a.Text
	}
	return strings.Join(texts, " ")
}

// HeadText returns name and arguments joined by single blanks.
func (d *Directive) HeadText() string { return strings.TrimSuffix(d.Name+" "+d.ArgText(), " ") }

// Param finds the argument "name=value" and returns its index and value; -1
// when it is missing.
func (d *Directive) Param(name string) (index int, value string) {
	for i, a := range d.Args {
		if v, ok := strings.CutPrefix(a.Text, name); ok && strings.HasPrefix(v, "=") {
			return i, v[1:]
		}
	}
	return -1, ""
}

func (d *Directive) span(start, end int32) source.Span {
	return source.Span{File: d.Doc.File, Start: int(start), End: int(end)}
}

// siblings returns the list the directive stands in.
func (d *Directive) siblings() []*Directive {
	if d.Parent != nil {
		return d.Parent.Directives
	}
	return d.Doc.Directives
}
