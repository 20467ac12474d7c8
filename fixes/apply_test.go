package fixes

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// The programs that take a diff.
var appliers = [][]string{{"git", "apply", "-"}, {"patch", "-p1", "--fuzz=0"}, {"patch", "-p1", "--binary", "--fuzz=0"}}

// apply has a program apply a diff of changes below a folder and checks that it
// arrives at exactly the new bytes.
func apply(t *testing.T, program []string, dir string, changes []Change) {
	t.Helper()
	var diff strings.Builder
	if err := WriteDiff(&diff, changes, func(p string) string { return strings.TrimPrefix(p, dir+"/") }); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff.String())
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.Contains(string(out), "offset") {
		t.Errorf("hunks stand at the wrong lines: %s", out)
	}
	for _, c := range changes {
		if got, err := os.ReadFile(c.File.Path); err != nil || string(got) != c.Text {
			t.Errorf("%q: %q, %v; want %q (was %q)", c.File.Path, got, err, c.Text, c.File.Text)
		}
	}
}

// lay writes the files of changes as they were.
func lay(t *testing.T, changes []Change) {
	t.Helper()
	for _, c := range changes {
		if c.Created() {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(c.File.Path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.File.Path, []byte(c.File.Text), c.File.Mode); err != nil {
			t.Fatal(err)
		}
	}
}

// What the names and lines of the random changes are made of.
var (
	nameParts = []string{"a", "b", "nginx", ".conf", " ", "  ", "-", "--- ", "\t", "\n", "\r", "\"", "\\", "'", "$(x)", "ä", "日", "\xff", "\x1b[2J",
		"\u202e", "\u00a0", "\x7f", "{b => c}", "#", "2010-07-05 19:41:17 -0500", "1970-01-01 00:00:00.000000000 +0000", "*", "~"}
	lineParts = []string{"server ", "listen 80", "a", " ", "\t", "\f", "\x00", "\r", "\xff\xfe", "ä", "# ", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline at end of file", "-", "+", "\v\x85"}
	lineEnds  = []string{"\n", "\n", "\n", "\r\n", "\r\r\n"}
)

// randomly makes texts and names.
type randomly struct{ *rand.Rand }

func (r randomly) join(parts []string, most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

// name returns a relative path below a folder of its own, which n makes unique.
func (r randomly) name(n int) string {
	return fmt.Sprintf("%s%d/%s%sx%s", r.join(nameParts, 3), n, r.join(nameParts, 2), []string{"", "/"}[r.IntN(2)], r.join(nameParts, 3))
}

// text returns lines, now and then without an end of the last.
func (r randomly) text(most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(r.join(lineParts, 4) + lineEnds[r.IntN(len(lineEnds))])
	}
	if r.IntN(4) == 0 {
		b.WriteString(r.join(lineParts, 3))
	}
	if r.IntN(40) == 0 {
		b.WriteString(strings.Repeat("long ", 1<<14))
	}
	return b.String()
}

// edited returns a text after some random edits.
func (r randomly) edited(text string) string {
	for range 1 + r.IntN(4) {
		from := r.IntN(len(text) + 1)
		to := min(len(text), from+r.IntN(12))
		text = text[:from] + []string{"", "new", "new\n", r.text(3)}[r.IntN(4)] + text[to:]
	}
	return text
}

// change returns a change to a file below dir, or to none.
func (r randomly) change(dir string, n int) Change {
	f := source.NewFile(filepath.Join(dir, r.name(n)), "")
	if r.IntN(8) == 0 {
		return Change{File: f, Text: "new\n" + r.text(9)}
	}
	f.Text, f.Mode = r.text(30), 0o644
	return Change{File: f, Text: r.edited(f.Text) + "end"}
}

// git and patch arrive at the new bytes of files of all names and contents.
func TestDiffAppliesAtRandom(t *testing.T) {
	for i, program := range appliers {
		t.Run(strings.Join(program, " "), func(t *testing.T) {
			realpart.Need(t, program[0])
			r := randomly{rand.New(rand.NewPCG(uint64(i), 1))}
			dir := t.TempDir()
			changes := make([]Change, 400)
			for n := range changes {
				changes[n] = r.change(dir, n)
			}
			lay(t, changes)
			apply(t, program, dir, changes)
		})
	}
}
