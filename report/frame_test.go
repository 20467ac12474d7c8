package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// frameOf renders one place and returns the lines of its frame.
func frameOf(f *source.File, start, end int, label string, o Options) string {
	p := &page{Options: o, gutter: 2}
	p.frames([]mark{{source.Span{File: f, Start: start, End: end}, label, true}})
	lines := strings.Split(strings.TrimSuffix(p.text.String(), "\n"), "\n")
	return strings.Join(lines[2:len(lines)-1], "\n")
}

func TestFrame(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	for _, c := range []struct {
		name, text string
		start, end int
		label      string
		width      int
		want       string
	}{
		{"empty span", "abc\n", 1, 1, "", 40, " 1 | abc\n   |  ^"},
		{"end of file", "abc", 3, 3, "here", 40, " 1 | abc\n   |    ^ here"},
		{"empty file", "", 0, 0, "nothing", 40, " 1 |\n   | ^ nothing"},
		{"line ending", "ab\r\ncd", 2, 4, "", 40, " 1 | ab\n   |   ^"},
		{"several lines", "ab {\n  cd\n}\n", 3, 10, "block", 40, " 1 | ab {\n   |    ^ block"},
		{"tabs", "\ta\tb", 2, 4, "", 40, " 1 |     a    b\n   |      ^^^^^"},
		{"wide", "日本 é é", 3, 9, "", 40, " 1 | 日本 é é\n   |   ^^^^"},
		{"controls", "\x1b[1m\x00\xff\u009b", 0, 1, "esc\nlabel", 60, " 1 | \\x1b[1m\\x00\\xff\\u009b\n   | ^^^^ esc\\x0alabel"},
		{"cut behind", long, 0, 3, "", 40, " 1 | 01234567890123456789012345678901…\n   | ^^^"},
		{"cut before", long, 195, 200, "", 40, " 1 | …89012345678901234567890123456789\n   |                             ^^^^^"},
		{"cut around", long, 100, 104, "", 40, " 1 | …90123456789012345678901234567890…\n   |             ^^^^"},
		{"cut span", long, 50, 150, "", 40, " 1 | …90123456789012345678901234567890…\n   |             ^^^^^^^^^^^^^^^^^^^^^"},
		{"inside a rune", "日本日本", 4, 5, "", 40, " 1 | 日本日本\n   |   ^^"},
		{"label below", "  abc", 2, 5, "a label that does not fit beside the marker", 40,
			" 1 |   abc\n   |   ^^^\n   |   a label that does not fit beside\n   |   the marker"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := frameOf(source.NewFile("/f", c.text), c.start, c.end, c.label, Options{Width: c.width})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, got)
			}
		})
	}
}

var row = regexp.MustCompile(`^( *\d* \||\.\.\.$| *(-->|:::|=) )`)

// Whatever the width, source lines and labels stay within it and columns agree.
func TestFramesFit(t *testing.T) {
	for _, width := range []int{0, 1, 20, 40, 80, 200} {
		for _, ascii := range []bool{false, true} {
			o := options()
			o.Width, o.ASCII = width, ascii
			for _, r := range []*lint.Result{sample(t), hostile()} {
				o.MaxFindings = 30
				checkFrames(t, string(render(t, "text", r, o)), o)
			}
		}
	}
}

func checkFrames(t *testing.T, text string, o Options) {
	t.Helper()
	inFrame := false
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "--> ") {
			inFrame = true
		}
		if line == "" || strings.HasPrefix(strings.TrimSpace(line), "= ") {
			inFrame = false
		}
		if o.ASCII && strings.IndexFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			t.Errorf("width %d: not ASCII: %q", o.Width, line)
		}
		if !inFrame {
			continue
		}
		if !row.MatchString(line) {
			t.Errorf("width %d: broken frame: %q", o.Width, line)
		}
		if strings.Contains(line, " |") && columns(line) > o.width() {
			t.Errorf("width %d: %d columns: %q", o.Width, columns(line), line)
		}
	}
}

func TestNoColorWithoutAsking(t *testing.T) {
	for _, name := range Formats() {
		if bytes.Contains(render(t, name, sample(t), options()), []byte("\x1b[")) {
			t.Errorf("%s: ANSI sequence", name)
		}
	}
	o := options()
	o.Color = true
	colored := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAll(render(t, "text", sample(t), o), nil)
	if diff := cmp.Diff(string(render(t, "text", sample(t), options())), string(colored)); diff != "" {
		t.Errorf("colour changes the text:\n%s", diff)
	}
	for _, name := range []string{"json", "sarif", "github"} {
		if bytes.Contains(render(t, name, sample(t), o), []byte("\x1b[")) {
			t.Errorf("%s: ANSI sequence", name)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		room int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"0123456789abc de", 5, []string{"01234", "56789", "abc", "de"}},
		{"日本日本", 5, []string{"日本", "日本"}},
		{"日", 1, []string{"日"}},
	} {
		if diff := cmp.Diff(c.want, wrap(c.text, c.room)); diff != "" {
			t.Errorf("%q in %d: %s", c.text, c.room, diff)
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two.":                  "One.",
		"See net.core e.g. 4096. B.": "See net.core e.g. 4096.",
		"no stop":                    "no stop",
		"":                           "",
		"a\n  b. c":                  "a b.",
	} {
		if got := firstSentence(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A file of one endless line takes no longer than its place.
func TestEndlessLine(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\u0301", 1<<19), strings.Repeat("\x00", 1<<20), strings.Repeat("\xff", 1<<20)} {
		f := source.NewFile("/f", text)
		for _, start := range []int{0, 1 << 19, len(text)} {
			got := frameOf(f, start, len(text), strings.Repeat("y", 1<<20), Options{})
			if len(got) > 8<<10 {
				t.Errorf("%.3q at %d: %d bytes", text, start, len(got))
			}
		}
	}
}
