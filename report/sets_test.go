package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// hostileTexts are what git apply and patch would take for a part of a diff, or a
// runner for a command, if it stood on a line of its own.
var hostileTexts = []string{
	"--- a/y", "+++ b/y", "@@ -1 +1 @@", "diff --git a/y b/y", "Index: y", "Prereq: 1", "*** y", "1c", "\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n",
	"\r--- a/y", "\x1b[2J", "\u2028--- a/y", strings.Repeat("long ", 1000),
}

// Whatever rules, hosts and files are called, the lines before a diff stay comments.
func TestWriteSets(t *testing.T) {
	dir := t.TempDir()
	f := &source.File{Path: filepath.Join(dir, "x"), Text: "a\n", Mode: 0o644}
	var applied []*lint.Finding
	for i, text := range hostileTexts {
		edited := &source.File{Path: filepath.Join(dir, "x") + text, Text: "a\n", Mode: 0o644}
		applied = append(applied, &lint.Finding{Rule: &lint.Rule{Name: text}, Host: text, Also: []string{text, "other"},
			Fix: &fixes.Fix{Safety: fixes.Unsafe, Title: text, Loss: text, Edits: []source.Edit{{Span: source.Span{File: edited, Start: i % 2, End: 1}, Text: "b"}}}})
	}
	name := func(p string) string { return strings.TrimPrefix(p, dir+"/") }
	var diff strings.Builder
	if err := WriteSets(&diff, Sets(applied), name); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(diff.String()) {
		if !strings.HasPrefix(line, "#") || len(line) > 6000 {
			t.Errorf("%q is no comment", line)
		}
	}
	if n := strings.Count(diff.String(), "\n"); n != 2*len(hostileTexts) {
		t.Errorf("%d lines for %d sets:\n%s", n, len(hostileTexts), diff.String())
	}
	if err := fixes.WriteDiff(&diff, []fixes.Change{{File: f, Text: "b\n"}}, name); err != nil {
		t.Fatal(err)
	}
	for _, program := range [][]string{{"git", "apply", "-"}, {"patch", "-p1"}} {
		realpart.Need(t, program[0])
		os.WriteFile(f.Path, []byte(f.Text), 0o644)
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff.String())
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		out, err := cmd.CombinedOutput()
		if got, _ := os.ReadFile(f.Path); err != nil || string(got) != "b\n" {
			t.Errorf("%s: %v: %s", program[0], err, out)
		}
	}
}

// Findings that one fix ends are one set, and a set names each of its rules, hosts
// and files once.
func TestSets(t *testing.T) {
	f := &source.File{Path: "/etc/a.conf", Text: "a;\nb;\n", Mode: 0o644}
	g := &source.File{Path: "/etc/b.conf", Text: "a;\nb;\n", Mode: 0o644}
	edit := func(f *source.File) source.Edit {
		return source.Edit{Span: source.Span{File: f, Start: 0, End: 1}, Text: "c"}
	}
	finding := func(rule, host string, edits ...source.Edit) *lint.Finding {
		return &lint.Finding{Rule: &lint.Rule{Name: rule}, Host: host, Fix: &fixes.Fix{Safety: fixes.Safe, Title: "do it", Edits: edits}}
	}
	sets := Sets([]*lint.Finding{
		finding("x/a", "web", edit(f)), finding("x/b", "web", edit(g), edit(f)), finding("x/c", "api", edit(f)),
		finding("x/d", "web"), {Rule: &lint.Rule{Name: "x/e"}, Host: "web"},
	})
	var got []string
	for i := range sets {
		got = append(got, SetLine(sets, i, Options{Base: "/etc"}))
	}
	want := "1 of 2  x/a, x/c [safe]  web, api: do it in a.conf\n2 of 2  x/b [safe]  web: do it in a.conf, b.conf"
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// A diff for people keeps every line on its own and lets nothing act.
func TestDiffForPeople(t *testing.T) {
	const diff = "# set\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\x1b[2J\r\n+\tb\n c"
	var b strings.Builder
	if err := Diff(&b, diff, Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "# set\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\\x1b[2J\n+    b\n c\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	b.Reset()
	_ = Diff(&b, diff, Options{Color: true})
	if want := "\x1b[31m-a\\x1b[2J\x1b[0m\n\x1b[32m+    b\x1b[0m\n c\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("%q, want %q at the end", b.String(), want)
	}
}
