package sysctl

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestTrailingComment(t *testing.T) {
	for text, want := range map[string]string{ // bare value | comment; "" for none
		"k = 1 # c":               "1|# c",
		"k = 1\t; c ":             "1|; c",
		"k = 1#c":                 "1|#c",
		"k = # c":                 "|# c",
		"k = a#b":                 "",
		"k = a;b":                 "",
		"k = 1;2":                 "",
		"k = |/bin/x --a=#1 # c":  "|/bin/x --a=#1|# c",
		"k = 1 ## c # d":          "1|## c # d",
		"-k = 1 # c":              "1|# c",
		"k = {{ v }} # c":         "",
		"k 1 # c":                 "",
		"-k # c":                  "",
		"sysctl -w k=1 # c":       "",
		"# k = 1 # c\nk = 1\n\n;": "",
	} {
		l := Parse(source.NewFile("/f", text)).Lines[0]
		got := ""
		if c, ok := l.TrailingComment(); ok {
			got = l.Bare() + "|" + c.Span.Text()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzLiftComment: once a comment is lifted, the line assigns the same key the bare
// value, and the comment stands above it as one of the file's.
func FuzzLiftComment(f *testing.F) {
	for _, text := range []string{"k = 1 # c\n", "a = 1\r\n\tk = 1\t; c \r\nb = 2", "k=1#c", "k = 1 #", "\rk = 1 # c", "k = a ;b #c\nk = 2 # d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before := Parse(source.NewFile("/f", text))
		for i, l := range before.Lines {
			c, ok := l.TrailingComment()
			if !ok || before.Template || len(text) >= maxLine/2 {
				continue
			}
			after := Parse(source.NewFile("/f", source.Apply(before.File, l.LiftComment())))
			if len(after.Lines) != len(before.Lines) {
				t.Fatalf("%q: other lines in %q", text, after.File.Text)
			}
			now := after.Lines[i]
			above := after.File.Line(now.Span.Position().Line - 1).Text()
			if now.Key != l.Key || now.Value != l.Bare() || now.Broken != "" || strings.Trim(above, blanks) != c.Span.Text() {
				t.Fatalf("%q: the lines are %q and %q", text, above, now.Span.Text())
			}
		}
	})
}
