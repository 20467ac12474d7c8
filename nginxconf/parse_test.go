package nginxconf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
)

// outline prints a tree as one line, words as nginx stores them.
func outline(list []*Directive) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%q", d.Name)
		for _, a := range d.Args {
			fmt.Fprintf(&b, " %q", a.Text)
		}
		switch {
		case d.Block == nil:
			b.WriteString("; ")
		case d.Block.Code:
			b.WriteString(" {code} ")
		default:
			b.WriteString(" { " + outline(d.Block.Directives) + "} ")
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want, err string }{
		{"empty", "", "", ""},
		{"nested", "a { b c; d 'e f' { } }", `"a" { "b" "c"; "d" "e f" { } } `, ""},
		{"lua", "x_by_lua_block { a } b;", `"x_by_lua_block" {code} "b"; `, ""},
		{"stray brace", "a;\n}", `"a"; `, `2:1: unexpected "}"`},
		{"stray semicolon", "a;;", `"a"; `, `1:3: unexpected ";"`},
		{"unclosed", "a {\nb;\n", `"a" { "b"; } `, `3:1: unexpected end of file, expecting "}"`},
		{"no semicolon before a brace", "a {\n b c\n}", `"a" { } `, `3:1: unexpected "}"`},
		{"no semicolon at the end", "a b", ``, `1:4: unexpected end of file, expecting ";" or "}"`},
		{"block in a map", "map $a $b {\n x {\n y z; }\n}", `"map" "$a" "$b" { } `, `2:4: unexpected "{"`},
		{"block in a match", "match a {\n x { }\n}", `"match" "a" { "x" { } } `, ""},
		{"open quote", "a \"b;\n", ``, `2:1: unexpected end of file, expecting ";" or "}"`},
	} {
		doc := Parse(source.NewFile("/f", c.text))
		if diff := cmp.Diff(c.want, outline(doc.Directives)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		got := ""
		if doc.Err != nil {
			got = strings.TrimPrefix(doc.Err.Error.Error(), "/f:")
		}
		if diff := cmp.Diff(c.err, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestParseDeepNesting(t *testing.T) {
	doc := Parse(source.NewFile("/f", strings.Repeat("a{", 200_000)))
	if doc.Err == nil {
		t.Error("accepted")
	}
}

func TestParseManyEntries(t *testing.T) {
	const n = 100_000
	doc := Parse(source.NewFile("/f", strings.Repeat("a b 'c';\n", n)))
	if doc.Err != nil || len(doc.Directives) != n {
		t.Fatalf("%v, %d directives", doc.Err, len(doc.Directives))
	}
	for i, d := range doc.Directives {
		if d.Span().Text() != "a b 'c';" || d.Span().Position().Line != i+1 {
			t.Fatalf("directive %d at %v: %q", i, d.Span(), d.Span().Text())
		}
	}
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		doc, allocated, _ := costOfParsing(text)
		if arenas := uint64(1 << 18); allocated > allowance*maxBytesPerByte*uint64(len(text))+arenas {
			t.Fatalf("%d bytes allocated for %d", allocated, len(text))
		}
		checkDirectives(t, doc.Directives, doc, 0, len(text))
		for _, s := range doc.Comments {
			if s.Text() == "" || s.Text()[0] != '#' {
				t.Fatalf("comment %q", s.Text())
			}
		}
		if doc.Err != nil {
			if s := doc.Err.Span; s.Start < 0 || s.End > len(text) || s.Start > s.End || doc.Err.Message == "" {
				t.Fatalf("error %v %q", s, doc.Err.Message)
			}
			if after := doc.Err.After; after.IsValid() && (after.Start >= after.End || after.End > len(text)) {
				t.Fatalf("error after %v", after)
			}
		}
	})
}

// checkDirectives checks that spans are nested, in order and in bounds, and that
// cutting the words out of the file again gives the same words.
func checkDirectives(t *testing.T, list []*Directive, doc *Document, start, end int) {
	for _, d := range list {
		span := d.Span()
		if span.Start < start || span.End > end || span.Start >= span.End {
			t.Fatalf("%q spans %d-%d within %d-%d", d.Name, span.Start, span.End, start, end)
		}
		if got := again(d.NameSpan().Text()); got != d.Name && !d.Tagged() {
			t.Fatalf("name %q read again is %q", d.Name, got)
		}
		at := d.NameSpan().End
		for i, a := range d.Args {
			s := d.ArgSpan(i)
			if s.Start < at || s.End > span.End {
				t.Fatalf("argument %d of %q at %d-%d", i, d.Name, s.Start, s.End)
			}
			if got := again(s.Text()); got != a.Text && !d.TaggedArg(i) {
				t.Fatalf("argument %q read again is %q", a.Text, got)
			}
			at = s.End
		}
		checkEnd(t, d, doc, at)
		start = span.End
	}
}

func checkEnd(t *testing.T, d *Directive, doc *Document, at int) {
	stop := d.StopSpan()
	if stop.Start < at || d.Block == nil && stop.Text() != ";" || d.Block != nil && stop.Text() != "{" {
		t.Fatalf("%q ends with %q", d.Name, stop.Text())
	}
	if d.Block == nil {
		return
	}
	if d.Block.Owner != d {
		t.Fatalf("the block of %q belongs to %q", d.Name, d.Block.Owner.Name)
	}
	for _, child := range d.Block.Directives {
		if child.Parent != d.Block {
			t.Fatalf("%q has the wrong parent", child.Name)
		}
	}
	checkDirectives(t, d.Block.Directives, doc, stop.End, d.Span().End)
}

// again reads the text of one word.
func again(word string) string {
	text := word + ";"
	s := NewScanner(text)
	return cook(text, s.Next())
}
