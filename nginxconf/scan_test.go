package nginxconf

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		at := 0
		for {
			tok := s.Next()
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

// addSeeds adds every configuration of the repository's test data.
func addSeeds(f *testing.F) {
	for _, text := range []string{
		"", ";", "{", "}", "a", "a;", "a{", "a{}", "\"", "'a", "\"a\"b", "a\\", "#", "#\n", "a${b};", "\xef\xbb\xbfa;", "a \"b\nc\";\r\n",
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
// level make nginx show a word as it stored it.
func TestScanLikeNginx(t *testing.T) {
	needNginx(t)
	const streams = 320
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
	side(streams, func(i int) {
		ok, line, message := askNginx(t, map[string]string{"nginx.conf": texts[i]})
		wantLine, want := firstComplaint(texts[i])
		if ok != (want == "") {
			t.Errorf("%.300q: nginx accepts: %v %.300q; predicted %.300q", texts[i], ok, message, want)
			return
		}
		if len(message) > 1000 { // nginx cuts its message
			want, message = want[:min(1000, len(want))], message[:1000]
		}
		if message != want || line != wantLine {
			t.Errorf("%.300q:\nnginx     %d: %.300q\npredicted %d: %.300q", texts[i], line, message, wantLine, want)
		}
	})
}

// firstComplaint predicts nginx's first complaint about a main file that holds
// "events {}", error_log and names nobody knows.
func firstComplaint(text string) (line int, message string) {
	doc := Parse(source.NewFile("/nginx.conf", text))
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
		return `unknown directive "` + d.Name + `"`
	case d.Block != nil:
		return `directive "error_log" is not terminated by ";"`
	case len(d.Args) > 1:
		return `invalid log level "` + d.Args[1].Text + `"`
	}
	return ""
}
