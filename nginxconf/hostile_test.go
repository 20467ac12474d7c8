package nginxconf

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source"
)

// What a file of any content may cost: bytes allocated for each of its own, and,
// as a large file takes milliseconds, far less time than a hang.
const (
	maxBytesPerByte = 100
	maxTime         = 20 * time.Second
)

// TestHostileFiles parses files that nobody writes. Where nginx would go on
// reading, so does Parse.
func TestHostileFiles(t *testing.T) {
	const million = 1_000_000
	const lua = "content_by_lua_block {"
	const tooLongLua = "1:23: too long lua code block, probably missing terminating characters"
	for _, c := range []struct{ name, text, err string }{
		{"nesting at the limit", strings.Repeat("a{", maxDepth) + strings.Repeat("}", maxDepth), ""},
		{"nesting beyond the limit", strings.Repeat("a{\n", 100_000) + strings.Repeat("}\n", 100_000), "10001:2: blocks are nested too deeply"},
		{"opening braces", strings.Repeat("{", million), `1:1: unexpected "{"`},
		{"opening braces with a name", "a " + strings.Repeat("{", million), `1:4: unexpected "{"`},
		{"opening braces after a dollar", "$" + strings.Repeat("{", million), `1:1: too long parameter "${{{{{{{{{..." started`},
		{"closing braces", strings.Repeat("}", million), `1:1: unexpected "}"`},
		{"semicolons", strings.Repeat(";", million), `1:1: unexpected ";"`},
		{"statements", strings.Repeat("a;", million), ""},
		{"statements with arguments", strings.Repeat("listen 80 'x';\n", million/4), ""},
		{"arguments", strings.Repeat("a ", million/4) + ";", ""},
		{"escapes", strings.Repeat(`\\ `, million/4) + ";", ""},
		{"empty words", strings.Repeat("'' ", million/4) + ";", ""},
		{"blocks", strings.Repeat("a{}", million/4), ""},
		{"blanks", strings.Repeat(" \n", 5*million), ""},
		{"long line", strings.Repeat(strings.Repeat("a", 999)+" ", 10*million/1000) + ";", ""},
		{"long word", strings.Repeat("a", 10*million) + ";", `1:1: too long parameter "aaaaaaaaaa..." started`},
		{"long quoted word", `"` + strings.Repeat("a", 10*million) + `";`, `1:1: too long parameter, probably missing terminating """ character`},
		{"long comment", "#" + strings.Repeat("c", 10*million), `1:1: too long parameter "#ccccccccc..." started`},
		{"comments", strings.Repeat("#\n", million/4), ""},
		{"NUL bytes", strings.Repeat("\x00;", million/4), ""},
		{"invalid UTF-8", strings.Repeat("\xff\xc0\x80 ", million/4) + ";", ""},
		{"byte order marks", strings.Repeat("\ufeff;", million/4), ""},
		{"backslashes", strings.Repeat(`\`, million), `1:1: too long parameter "\\\\\\\\\\..." started`},
		{"quotes", strings.Repeat(`"`, million), `1:3: unexpected """`},
		{"template tags", strings.Repeat("{{ a }}\n", million/8), ""},
		{"template values", strings.Repeat("a {{ b }};", million/8), ""},
		{"empty Lua blocks", strings.Repeat(lua+"}", million/20), ""},
		{"Lua nesting", lua + strings.Repeat("{}", million) + strings.Repeat("{", million) + strings.Repeat("}", million+1), ""},
		{"Lua quotes", lua + strings.Repeat("\"\n'\n", million) + "}", tooLongLua},
		{"Lua quotes on one line", lua + strings.Repeat(`"\`, million) + "\n}", tooLongLua},
		{"Lua brackets", lua + strings.Repeat("[=x", million) + "\n}", tooLongLua},
		{"Lua brackets that close", lua + strings.Repeat("]=", million) + "]}", ""},
		{"Lua comments", lua + strings.Repeat("--\n", million) + "}", ""},
		{"Lua long strings", lua + strings.Repeat("[[]]", million) + "}", ""},
		{"Lua without an end", lua + strings.Repeat("{\n", million), "1000000:1: unexpected end of file, expecting terminating characters for lua code block"},
	} {
		doc, allocated, took := costOfParsing(c.text)
		got := ""
		if doc.Err != nil {
			got = strings.TrimPrefix(doc.Err.Error.Error(), "/f:")
		}
		if got != c.err {
			t.Errorf("%s: %.200q, want %q", c.name, got, c.err)
		}
		perByte := float64(allocated) / float64(len(c.text))
		t.Logf("%-30s %9d bytes, %5.1f allocated for each, %v", c.name, len(c.text), perByte, took.Round(time.Millisecond))
		if perByte > allowance*maxBytesPerByte {
			t.Errorf("%s: %.0f bytes allocated for each of %d", c.name, perByte, len(c.text))
		}
		if took > maxTime {
			t.Errorf("%s: %v", c.name, took)
		}
	}
}

// costOfParsing parses a text and finds a line in it, and measures both.
func costOfParsing(text string) (doc *Document, allocated uint64, took time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	doc = Parse(source.NewFile("/f", text))
	if doc.Err != nil {
		doc.Err.Span.Position()
	}
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return doc, after.TotalAlloc - before.TotalAlloc, took
}
