package fixes

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func testChanges(dir string) []Change {
	existing := func(name, text string) *source.File {
		return &source.File{Path: filepath.Join(dir, name), Text: text, Mode: 0o644}
	}
	return []Change{
		{File: existing("crlf.conf", "a 1;\r\nb 2;\r\n"), Text: "a 1;\r\nb 3;\r\n"},
		{File: existing("hunks.conf", strings.Repeat("a;\nb;\nc;\nd;\n", 12)), Text: "x;\n" + strings.Repeat("a;\nb;\nc;\nd;\n", 5) + "a;\ny;\nc;\n" + strings.Repeat("a;\nb;\nc;\nd;\n", 6) + "z;\n"},
		{File: existing("no newline.conf", "a 1;\nb 2;"), Text: "a 1;\nb 3;"},
		{File: existing("sub/bytes.conf", "a \xff\xfe;\nb 2;\nc;\n"), Text: "a \xff\xfe;\nc;\nd;\n"},
		{File: existing("emptied.conf", "a 1;\n"), Text: ""},
		{File: existing("filled.conf", ""), Text: "a 1;"},
		{File: source.NewFile(filepath.Join(dir, "new.conf"), ""), Text: "x = 1\n"},
		{File: source.NewFile(filepath.Join(dir, "new folder/of one/new.conf"), ""), Text: "x = 1"},
	}
}

// git and patch take the diff and arrive at exactly the new bytes.
func TestDiffApplies(t *testing.T) {
	for _, program := range appliers {
		t.Run(strings.Join(program, " "), func(t *testing.T) {
			realpart.Need(t, program[0])
			dir := t.TempDir()
			changes := testChanges(dir)
			lay(t, changes)
			apply(t, program, dir, changes)
		})
	}
}

// Every hunk stands where it says, in the old file and in the new one. git looks for
// lines that occur more than once near the place in the new one.
func TestHunksStandWhereTheySay(t *testing.T) {
	head := regexp.MustCompile(`^@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@$`)
	r := randomly{rand.New(rand.NewPCG(7, 7))}
	for n := range 300 {
		old := strings.Repeat("a\nb\nc\n", r.IntN(20))
		text := old
		for range r.IntN(6) {
			at := r.IntN(len(text) + 1)
			text = text[:at] + []string{"x", "\n", "y\n", ""}[r.IntN(4)] + text[min(len(text), at+r.IntN(4)):]
		}
		var diff strings.Builder
		if err := WriteDiff(&diff, []Change{{File: &source.File{Path: "/x", Text: old, Mode: 0o644}, Text: text}}, strings.ToUpper); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(diff.String(), "\n")
		for i := 0; i < len(lines); i++ {
			m := head.FindStringSubmatch(strings.TrimSuffix(lines[i], "\n"))
			if m == nil {
				continue
			}
			var before, after string
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "@@"); i++ {
				content := lines[i][min(1, len(lines[i])):]
				if i+1 < len(lines) && strings.HasPrefix(lines[i+1], `\`) {
					content = strings.TrimSuffix(content, "\n")
				}
				switch lines[i][:min(1, len(lines[i]))] {
				case "-":
					before += content
				case "+":
					after += content
				case " ":
					before, after = before+content, after+content
				}
			}
			i--
			if !standsAt(old, before, m[1], m[2]) || !standsAt(text, after, m[3], m[4]) {
				t.Fatalf("case %d: %s is not where it says: old %q, new %q\n%s", n, m[0], old, text, diff.String())
			}
		}
	}
}

// standsAt reports whether a text has a part of so many lines at a line.
func standsAt(text, part, line, count string) bool {
	from, _ := strconv.Atoi(line)
	lines := 1
	if count != "" {
		lines, _ = strconv.Atoi(count)
	}
	if lines == 0 {
		return part == ""
	}
	all := strings.SplitAfter(text, "\n")
	return from >= 1 && from-1+lines <= len(all) && strings.Join(all[from-1:from-1+lines], "") == part
}

// A name stands in the head of a diff as the tools read it.
func TestLabel(t *testing.T) {
	for name, want := range map[string]string{
		"a/x.conf":         "a/x.conf",
		"a/ä.conf":         "a/ä.conf",
		"a/a b.conf":       "a/a b.conf\t",
		"a/trailing ":      `"a/trailing "`,
		`a/"q\`:            `"a/\"q\\"`,
		"a/\a\b\t\n\v\f\r": `"a/\a\b\t\n\v\f\r"`,
		"a/ä\x1b\xff":      `"a/\303\244\033\377"`,
		"a/\u202e":         `"a/\342\200\256"`,
	} {
		if got := label(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
