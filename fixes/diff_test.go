package fixes

import (
	"os"
	"os/exec"
	"path/filepath"
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
		{existing("crlf.conf", "a 1;\r\nb 2;\r\n"), "a 1;\r\nb 3;\r\n"},
		{existing("hunks.conf", strings.Repeat("a;\nb;\nc;\nd;\n", 12)), "x;\n" + strings.Repeat("a;\nb;\nc;\nd;\n", 5) + "a;\ny;\nc;\n" + strings.Repeat("a;\nb;\nc;\nd;\n", 6) + "z;\n"},
		{existing("no newline.conf", "a 1;\nb 2;"), "a 1;\nb 3;"},
		{existing("sub/bytes.conf", "a \xff\xfe;\nb 2;\nc;\n"), "a \xff\xfe;\nc;\nd;\n"},
		{source.NewFile(filepath.Join(dir, "new.conf"), ""), "x = 1\n"},
	}
}

// git and patch take the diff and arrive at exactly the new bytes.
func TestDiffApplies(t *testing.T) {
	for _, tool := range [][]string{{"git", "apply", "-"}, {"patch", "-p1", "--binary", "--fuzz=0"}} {
		t.Run(tool[0], func(t *testing.T) {
			realpart.Need(t, tool[0])
			dir := t.TempDir()
			changes := testChanges(dir)
			for _, c := range changes {
				if c.Created() {
					continue
				}
				os.MkdirAll(filepath.Dir(c.File.Path), 0o755)
				if err := os.WriteFile(c.File.Path, []byte(c.File.Text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var diff strings.Builder
			if err := WriteDiff(&diff, changes, func(p string) string { r, _ := filepath.Rel(dir, p); return r }); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tool[0], tool[1:]...)
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff.String())
			cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s\n%s", err, out, diff.String())
			}
			if strings.Contains(string(out), "offset") {
				t.Errorf("hunks stand at the wrong lines: %s", out)
			}
			for _, c := range changes {
				got, err := os.ReadFile(c.File.Path)
				if err != nil || string(got) != c.Text {
					t.Errorf("%s: %q, %v; want %q", c.File.Path, got, err, c.Text)
				}
			}
		})
	}
}
