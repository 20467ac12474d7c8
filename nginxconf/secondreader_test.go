package nginxconf

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tunelint/tunelint/source"
)

// A readerFault is a reason for which gonginx reads other directives in a file
// than nginx does.
type readerFault struct {
	why  string
	text string                   // where it does
	in   func(doc *Document) bool // whether a file may make it do so
}

var readerFaults = []readerFault{
	{"drops the arguments of http, server and upstream blocks, but an upstream's name", "http a { b c; }", some(func(d *Directive) bool {
		return d.Block != nil && (isWord(d, "http") || isWord(d, "server")) && len(d.Args) > 0 || isWord(d, "upstream") && len(d.Args) > 1
	})},
	{"passes over the block of a server in an upstream block", "upstream u { server { a; } }", some(func(d *Directive) bool {
		return isWord(d, "upstream") && d.Block != nil && slices.ContainsFunc(d.Block.Directives, isServerBlock)
	})},
	{"keeps one of equal parameters of a server", "upstream u { server a b=1 b=2; }", some(func(d *Directive) bool {
		return isWord(d, "server") && d.Block == nil && hasTwins(d.Words())
	})},
	{"reads Lua after any word that ends like a Lua block's name, entries of types among them", "a b_by_lua_block { c; }", some(func(d *Directive) bool {
		return d.Block != nil && !d.Block.Code && (isLuaBlock(d.NameSpan().Text()) || isLuaBlock(d.HeadSpan().Text()))
	})},
	{"knows neither strings nor comments of Lua", "a_by_lua_block { -- }\n } b;", some(func(d *Directive) bool {
		return d.Block != nil && d.Block.Code
	})},
	{"knows no backslash but before a quote in quotes", `a b\;;`, some(func(d *Directive) bool { return inWord(d, "\\") })},
	{"ends words at a closing brace, unless it thinks it closes a variable's name", "a b}c;", some(func(d *Directive) bool { return inWord(d, "}") })},
	{"hides a brace after a variable's name", "a ${b{c;}", some(func(d *Directive) bool { return inWord(d, "$") })},
	{"takes a backtick for a quote", "a `b c` d;", some(func(d *Directive) bool { return inWord(d, "`") })},
	{"takes a NUL for the end of the file", "a; \x00 b;", func(doc *Document) bool { return strings.Contains(doc.File.Text, "\x00") }},
	{"replaces what is not UTF-8", "a \xff;", func(doc *Document) bool { return !utf8.ValidString(doc.File.Text) }},
	{"ends comments at a carriage return", "# a\r b;", func(doc *Document) bool {
		return slices.ContainsFunc(doc.Comments, func(s source.Span) bool { return strings.Contains(strings.TrimRight(s.Text(), "\r"), "\r") })
	}},
}

// some returns whether a directive of a file is so.
func some(is func(d *Directive) bool) func(doc *Document) bool {
	return func(doc *Document) bool {
		found := false
		eachDirective(doc.Directives, func(d *Directive) { found = found || is(d) })
		return found
	}
}

// isWord reports whether a directive's name is a word as written.
func isWord(d *Directive, name string) bool { return d.NameSpan().Text() == name }

// isServerBlock reports whether a directive is a server with a block.
func isServerBlock(d *Directive) bool { return isWord(d, "server") && d.Block != nil }

func inWord(d *Directive, part string) bool { return strings.Contains(d.HeadSpan().Text(), part) }

// hasTwins reports whether two parameters have the same name.
func hasTwins(words []string) bool {
	seen := map[string]bool{}
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// excuse returns the first fault of gonginx that a file shows, "" for none.
func excuse(doc *Document) string {
	for _, f := range readerFaults {
		if f.in(doc) {
			return f.why
		}
	}
	return ""
}

// TestReaderFaults holds the reasons to what gonginx does.
func TestReaderFaults(t *testing.T) {
	for _, f := range readerFaults {
		file := source.NewFile("/f", f.text)
		doc := parse(file, f.text, nil)
		if doc.Err != nil || SecondReaderAgrees(file) {
			t.Errorf("%s: not in %q: %v", f.why, f.text, doc.Err)
		}
		if why := excuse(doc); why != f.why {
			t.Errorf("%q: %q, want %q", f.text, why, f.why)
		}
	}
}

func FuzzSecondReader(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("/f", text)
		doc := Parse(file)
		if doc.Err != nil || doc.template != nil || SecondReaderAgrees(file) || excuse(doc) != "" {
			return
		}
		r := reading{paths: map[step]int{}}
		theirs, ok := r.second(text)
		if !ok {
			return // nothing to compare
		}
		ours := r.first(doc)
		slices.Sort(ours)
		slices.Sort(theirs)
		t.Fatalf("%q:\nours   %q\ntheirs %q", text, ours, theirs)
	})
}

// TestSecondReaderOfDeepFiles asks gonginx about files that could exhaust it.
func TestSecondReaderOfDeepFiles(t *testing.T) {
	for _, c := range []struct {
		depth  int
		inside string
		want   bool
	}{
		{maxDepth, "", true},
		{maxDepth / 2, strings.Repeat("b;", 100_000), true},
		{maxDepth * 100, "", false},
	} {
		text := strings.Repeat("a{", c.depth) + c.inside + strings.Repeat("}", c.depth)
		if got := SecondReaderAgrees(source.NewFile("/f", text)); got != c.want {
			t.Errorf("%d blocks with %d bytes inside: %v", c.depth, len(c.inside), got)
		}
	}
}
