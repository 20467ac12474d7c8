package verdict

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A body is a block that holds entries of its own instead of directives.
type body struct {
	owner *nginxconf.Directive
	place // where the block stands
	judge *judge
	// certain: all entries are known. Files that it includes are not read.
	certain  bool
	verdicts []Verdict
}

// bodies are the blocks whose entries nginx reads with a handler of their own.
var bodies = map[string]struct {
	in    nginxconf.Context
	check func(b *body, entries []*nginxconf.Directive)
}{
	"map":           {nginxconf.InHTTP | nginxconf.InStream, checkMap},
	"geo":           {nginxconf.InHTTP | nginxconf.InStream, checkGeoEntries},
	"split_clients": {nginxconf.InHTTP | nginxconf.InStream, checkSplit},
	"types":         {nginxconf.InHTTP | nginxconf.InServer | nginxconf.InLocation, checkTypes},
	"charset_map":   {nginxconf.InHTTP, checkCharsetEntries},
}

// body returns what nginx has against the entries of a block that holds no
// directives.
func (j *judge) body(d *nginxconf.Directive, at place) []Verdict {
	known, ok := bodies[d.Name]
	if !ok || d.Block == nil || known.in&at.context == 0 || nginxconf.Newest().Less(j.version) {
		return nil
	}
	b := &body{owner: d, place: at, judge: j, certain: true}
	var entries []*nginxconf.Directive
	for _, entry := range d.Block.Directives {
		switch {
		case !isKnown(entry):
			b.certain = false
			continue
		case entry.Block != nil: // an error of syntax
			continue
		case entry.Name == "include":
			b.certain = false
		}
		entries = append(entries, entry)
	}
	known.check(b, entries)
	return b.verdicts
}

// refuse adds what nginx has against an entry; arg is -1 for its first word.
func (b *body) refuse(kind Kind, d *nginxconf.Directive, arg int, format string, words ...any) {
	b.verdicts = append(b.verdicts, Verdict{Kind: kind, Directive: d, Context: b.context, Arg: arg, Message: fmt.Sprintf(format, words...)})
}

// compile reads the variables of an entry's value.
func (b *body) compile(d *nginxconf.Directive, arg int) {
	at := usedVariable{Directive: d, arg: arg, place: b.place}
	if refusal := b.judge.compile(d.Args[arg].Text, at); refusal != "" {
		b.refuse(InvalidValue, d, arg, "%s", refusal)
	}
}

// checkTypes takes any words: a type without extensions is none at all.
func checkTypes(b *body, entries []*nginxconf.Directive) {
	for _, d := range entries {
		if d.Name == "include" && len(d.Args) != 1 {
			b.refuse(WrongArgumentCount, d, -1, `invalid number of arguments in "include" directive`)
		}
	}
}

// checkCharsetEntries reads pairs of bytes in hex; into UTF-8 the second is a
// character of several bytes.
func checkCharsetEntries(b *body, entries []*nginxconf.Directive) {
	if !isKnown(b.owner) {
		return
	}
	toUTF8 := strings.EqualFold(b.owner.Arg(1), "utf-8")
	for _, d := range entries {
		switch {
		case len(d.Args) != 1:
			b.refuse(WrongArgumentCount, d, -1, "invalid parameters number")
		case !isHexByte(d.Name):
			b.refuse(InvalidValue, d, -1, `invalid value "%s"`, d.Name)
		case toUTF8 && !isHex(d.Arg(0)), !toUTF8 && !isHexByte(d.Arg(0)):
			b.refuse(InvalidValue, d, 0, `invalid value "%s"`, d.Arg(0))
		}
	}
}

// isHexByte reports whether a word is a number up to ff.
func isHexByte(word string) bool {
	return isHex(word) && len(strings.TrimLeft(word, "0")) <= 2 && word != ""
}

func isHex(word string) bool {
	for i := range len(word) {
		if hexDigit(word[i]) < 0 {
			return false
		}
	}
	return true
}
