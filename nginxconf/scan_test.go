package nginxconf

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // words with quotes, and ; { }; an error last
	}{
		{"simple", "a b;c{}", []string{"a", "b", ";", "c", "{", "}"}},
		{"quotes only at the start of a word", `a"b"c 'x"y' "p'q";`, []string{`a"b"c`, `'x"y'`, `"p'q"`, ";"}},
		{"comment only at the start of a word", "a#b;#c;\nd;", []string{"a#b", ";", "d", ";"}},
		{"dollar hides a brace", "a${b}c d{", []string{"a${b}c", "d", "{"}},
		{"dollar hides several braces", "a${{b}}; $ {", []string{"a${{b}}", ";", "$", "{"}},
		{"brace in a word", "a}b;", []string{"a}b", ";"}},
		{"closing parenthesis after a quote", `if ($a = "b") {`, []string{"if", "($a", "=", `"b"`, ")", "{"}},
		{"escapes hide anything", "a\\;\\{\\ \\\nb;", []string{"a\\;\\{\\ \\\nb", ";"}},
		{"vertical tab is no blank", "a\vb;", []string{"a\vb", ";"}},
		{"CR is a blank", "a\r\n;", []string{"a", ";"}},
		{"after a quote", `"a"b`, []string{`"a"`, `unexpected "b"`}},
		{"comment after a quote", `"a"#`, []string{`"a"`, `unexpected "#"`}},
		{"end of file in a quote", `a "b`, []string{"a", `unexpected end of file, expecting ";" or "}"`}},
		{"longest word", strings.Repeat("a", 4095) + ";", []string{strings.Repeat("a", 4095), ";"}},
		{"too long word", strings.Repeat("a", 4096) + ";", []string{`too long parameter "aaaaaaaaaa..." started`}},
	} {
		s := NewScanner(c.text)
		var got []string
		for {
			tok := s.Next()
			if tok.Kind == EOF {
				break
			}
			switch tok.Kind {
			case Junk:
				got = append(got, s.Message)
			case Word, Semicolon, Open, Close:
				got = append(got, c.text[tok.Start:tok.End])
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestCook(t *testing.T) {
	for raw, want := range map[string]string{
		`a`: `a`, `"a"`: `a`, `'a b'`: `a b`, `a\"b\'c\\d`: `a"b'c\d`, `\t\r\n`: "\t\r\n", `\;\x\ `: `\;\x\ `, `"\""`: `"`, "\\\n": "\\\n",
	} {
		s := NewScanner(raw + ";")
		if got := cook(raw+";", s.Next()); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		s := NewScanner(text)
		at, lua := 0, false
		for {
			tok := s.Next()
			if tok.Kind == Word {
				lua = isLuaBlock(text[tok.Start:tok.End])
			}
			if tok.Kind == Open && lua {
				checkLua(t, text, tok, s.Lua())
				at, lua = s.pos, false
				continue
			}
			if tok.Start != at {
				t.Fatalf("token %+v starts at %d, the one before ended at %d", tok, tok.Start, at)
			}
			if tok.Kind == EOF {
				break
			}
			if tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v of %d bytes", tok, len(text))
			}
			if tok.Kind == Word && (tok.Quote != 0) != (text[tok.Start] == '"' || text[tok.Start] == '\'') {
				t.Fatalf("token %+v: wrong quote", tok)
			}
			if (tok.Kind == Junk) != (s.Message != "") {
				t.Fatalf("token %+v with message %q", tok, s.Message)
			}
			at = tok.End
		}
		if at != len(text) {
			t.Fatalf("tokens end at %d of %d", at, len(text))
		}
	})
}

// checkLua checks the token that follows the opening brace of a Lua block.
func checkLua(t *testing.T, text string, open, code Token) {
	if code.Start != open.End || code.End < code.Start || code.End > len(text) {
		t.Fatalf("%+v after %+v", code, open)
	}
	if code.Kind == Code && text[code.End] != '}' || code.Kind == Junk && code.End != len(text) {
		t.Fatalf("%+v ends before %.10q", code, text[code.End:])
	}
}

// addSeeds adds every configuration of the repository's test data.
func addSeeds(f *testing.F) {
	for _, text := range []string{
		"", ";", "{", "}", "a", "a;", "a{", "a{}", "\"", "'a", "\"a\"b", "a\\", "#", "#\n", "a${b};", "\xef\xbb\xbfa;", "a \"b\nc\";\r\n",
		"content_by_lua_block {" + strings.Repeat(" ", 2030) + "[[" + strings.Repeat("}", 2000) + "]] -- '\n}", // beyond what nginx has read
		"content_by_lua_block {" + strings.Repeat("x", 4100) + "}",
		"location ~ ^/\\d{2}$ {}", "content_by_lua_block { local s = [==[ } ]==] -- }\n }", "map $a $b { x_by_lua_block { } }",
	} {
		f.Add(text)
	}
	for _, pattern := range []string{"../testdata/**", "../testdata/*/*", "../testdata/*/*/*", "../lint/rules/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && len(data) < 1<<16 {
				f.Add(string(data))
			}
		}
	}
}

// tricky pieces of configuration; streams of them are compared with nginx.
var tricky = []string{
	" ", " ", " ", "\t", "\n", "\r\n", "\r", "\v", ";", ";", ";", "{", "}", "#", "# c ; { }\n", `"`, `'`, `\`, `\"`, `\'`, `\\`, `\;`, `\ `, `\n`, "\\\n",
	"$", "${", "${x}", "a${", "a", "b", "zz", "a}b", "a{b", `a"b`, "a'b", `"x y"`, `'x;y'`, `"a\"b"`, `'{'`, "(", ")", `"a")`, "é", "\xff", "\xef\xbb\xbf", "=", "~",
	"\x00", "a\x00b", "${{", "{{", "}}", "$$", "\\$", "\\{", "$\n", "\"\"", "''", "\"\n\"", "\"\\\"", "\x7f", "\f", "\x01", "\"$", "[[", "--",
}

func trickyStream(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(9) {
		switch r.IntN(40) {
		case 0:
			b.WriteString(strings.Repeat("w", 4093+r.IntN(6)))
		case 1:
			b.WriteString("#" + strings.Repeat("c", 4092+r.IntN(6)) + "\n")
		case 2:
			b.WriteString(`"` + strings.Repeat("q", 4092+r.IntN(6)) + `"`)
		default:
			b.WriteString(tricky[r.IntN(len(tricky))])
		}
	}
	return b.String()
}

// TestScanLikeNginx compares what nginx says of streams of tokens with what
// the parser and the table make of them: an unknown name and an unknown log
// level make nginx show a word as it stored it. TUNELINT_ALL_PROBES=1 asks about
// more.
func TestScanLikeNginx(t *testing.T) {
	streams := 320
	if os.Getenv("TUNELINT_ALL_PROBES") != "" {
		streams = 6000
	}
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, streams)
	for i := range texts {
		texts[i] = "events {}\n"
		switch r.IntN(3) {
		case 0:
			texts[i] += "error_log stderr "
		case 1:
			texts[i] += "error_log stderr;\nerror_log stderr "
		}
		texts[i] += trickyStream(r)
		if r.IntN(2) == 0 {
			texts[i] += ";\n"
		}
	}
	eachNginx(t, func(t *testing.T, nginx *nginxtest.Nginx) {
		nginxtest.Side(streams, func(i int) { compareStream(t, nginx, texts[i]) })
	})
}

func compareStream(t *testing.T, nginx *nginxtest.Nginx, text string) {
	o := nginx.Test(t, map[string]string{"nginx.conf": text})
	message := o.Message
	wantLine, want := firstComplaint(text)
	if o.Refused != (want != "") {
		t.Errorf("%.300q: nginx refuses: %v %.300q; predicted %.300q", text, o.Refused, message, want)
		return
	}
	if len(message) > 1000 { // nginx cuts its message
		want, message = want[:min(1000, len(want))], message[:1000]
	}
	if message != want || o.Line != wantLine {
		t.Errorf("%.300q:\nnginx     %d: %.300q\npredicted %d: %.300q", text, o.Line, message, wantLine, want)
	}
}

// firstComplaint predicts nginx's first complaint about a main file that holds
// "events {}", error_log and names nobody knows.
func firstComplaint(text string) (line int, message string) {
	doc := parse(source.NewFile("/nginx.conf", text), text, nil) // no template
	for _, d := range doc.Directives {
		if message := complaintAbout(d); message != "" {
			return d.StopSpan().Position().Line, message
		}
	}
	if doc.Err != nil {
		return doc.Err.Span.Position().Line, doc.Err.Message
	}
	return 0, ""
}

func complaintAbout(d *Directive) string {
	switch {
	case d.Name == "events":
		return ""
	case d.Name != "error_log":
		return unknownDirective(d.Name)
	case d.Block != nil:
		return `directive "error_log" is not terminated by ";"`
	case len(d.Args) > 1:
		return `invalid log level "` + d.Args[1].Text + `"`
	}
	return ""
}

// unknownDirective is what nginx says of a name, which it shows up to a NUL.
func unknownDirective(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	return `unknown directive "` + name + `"`
}
