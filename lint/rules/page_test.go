package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
)

//go:generate go test -run TestPage -update .

// TestPage keeps docs/rules.md what the rules and their archives say.
func TestPage(t *testing.T) {
	const path = "../../docs/rules.md"
	var b strings.Builder
	b.WriteString("# Rules\n\nA rule is named after the bad state it finds. This page is generated from the rules and their cases: `go generate ./lint/rules`.\n")
	group := ""
	for _, r := range rules.All() {
		if r.Group() != group {
			group = r.Group()
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		writeRule(t, &b, r)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(page)); diff != "" {
		t.Errorf("docs/rules.md is stale, run go generate ./lint/rules:\n%s", diff)
	}
}

func writeRule(t *testing.T, b *strings.Builder, r *lint.Rule) {
	t.Helper()
	example, err := rules.Example(r.Name)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "\n### %s\n\n%s: %s.\n\n%s\n\n```text\n%s```\n\n", r.Name, r.Severity, r.Title, r.Why, example)
	if r.Verbose {
		fmt.Fprintf(b, "It takes part with `--verbose`, or with `--select %s`.\n\n", r.Name)
	}
	if len(r.Apply) > 0 {
		fmt.Fprintf(b, "%s.\n\n", takesEffect(r))
	}
	for _, ref := range r.Refs {
		fmt.Fprintf(b, "<%s>\n", ref)
	}
}

// takesEffect says what has to be done after a fix, commands as code.
func takesEffect(r *lint.Rule) string {
	words := lint.Join(r.Apply)
	if len(words) == 0 {
		return "After a fix there is " + lint.Describe(r.Apply)
	}
	for i, w := range words {
		if words[i] = strings.TrimPrefix(w, "# "); words[i] == w {
			words[i] = "`" + w + "`"
		}
	}
	return "Takes effect with: " + strings.Join(words, ", then ")
}
