package rules_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var update = flag.Bool("update", false, "rewrite the want and fixed sections of the archives")

// TestArchives runs the cases of every rule and holds it to the laws that every
// rule keeps: it finds and stays silent, its fixes repair what they claim and
// nothing else, in any order, once and for all.
func TestArchives(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			file := strings.ReplaceAll(rule.Name, "/", "-") + ".txtar"
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatalf("every rule has cases: %v", err)
			}
			checkRule(t, rule)
			cases := readCases(a)
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, rule) })
			}
			if *update {
				writeArchive(t, file, a, cases)
			}
			checkCoverage(t, rule, cases)
		})
	}
}

func checkRule(t *testing.T, r *lint.Rule) {
	if r.Title == "" || r.Why == "" || r.Severity == 0 {
		t.Error("a rule has a title, a why and a severity")
	}
	if strings.Contains(r.Why, r.Title) {
		t.Error("the why repeats the title")
	}
	if len(r.Refs) == 0 || slices.ContainsFunc(r.Refs, func(s string) bool { return !strings.HasPrefix(s, "https://") }) {
		t.Error("a rule has references, and they are https")
	}
}

// checkCoverage fails for a rule that lacks a finding case, a silence case or,
// where it offers a fix, a fixed case.
func checkCoverage(t *testing.T, r *lint.Rule, cases []*testCase) {
	finds, silent, offers, fixed := false, false, false, false
	for _, c := range cases {
		finds = finds || c.want != ""
		silent = silent || c.want == ""
		offers = offers || strings.Contains(c.want, "\tfix: ")
		fixed = fixed || len(c.fixed) > 0
	}
	switch {
	case !finds:
		t.Error("no case with a finding")
	case !silent:
		t.Error("no case without a finding")
	case offers != fixed:
		t.Error("a fix needs a case with the fixed files, and the other way round")
	}
}

func (c *testCase) run(t *testing.T, rule *lint.Rule) {
	m := c.open(t)
	only := []*lint.Rule{rule}
	out := m.settle(t, only, true)
	if got := printFindings(ofRule(out.Before.Findings, rule)); got != c.want {
		if *update {
			c.want = got
		} else {
			t.Errorf("findings:\n%s", cmp.Diff(c.want, got))
		}
	}
	got := texts(out.Changes)
	if *update {
		c.fixed = got
	} else if diff := cmp.Diff(c.fixed, got); diff != "" {
		t.Errorf("fixed files (-want +got):\n%s", diff)
	}
	checkSecondRun(t, m, only, out)
	checkComments(t, out)
	checkOrder(t, c, only, got)
	checkNginx(t, c, out)
}

func ofRule(list []*lint.Finding, rule *lint.Rule) []*lint.Finding {
	var out []*lint.Finding
	for _, f := range list {
		if f.Rule == rule {
			out = append(out, f)
		}
	}
	return out
}

// checkSecondRun fails when fixing what was fixed changes anything.
func checkSecondRun(t *testing.T, m machine, only []*lint.Rule, out *lint.Outcome) {
	if len(out.Held) > 0 {
		t.Errorf("fix of %s held back: %s", out.Held[0].Finding.Rule.Name, out.Held[0].Reason)
	}
	for _, f := range out.After.Findings {
		if f.Rule == only[0] && f.Fix != nil {
			t.Errorf("a fix is still offered after the fixes: %s", f.Message)
		}
	}
}

// checkComments fails when the fixes lose or change a comment of an nginx file;
// one may move to another file.
func checkComments(t *testing.T, out *lint.Outcome) {
	var before, after []string
	for _, change := range out.Changes {
		if strings.Contains(change.File.Path, "/nginx/") {
			before = append(before, comments(change.File)...)
			after = append(after, comments(source.NewFile(change.File.Path, change.Text))...)
		}
	}
	slices.Sort(before)
	slices.Sort(after)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("comments: %s", diff)
	}
}

func comments(f *source.File) []string {
	var out []string
	for _, span := range nginxconf.Parse(f).Comments {
		out = append(out, strings.TrimSpace(span.Text()))
	}
	return out
}

// checkOrder fails when the result depends on the order of the rules.
func checkOrder(t *testing.T, c *testCase, only []*lint.Rule, want map[string]string) {
	m := c.open(t)
	slices.Reverse(m.options.Rules)
	if diff := cmp.Diff(want, texts(m.settle(t, only, true).Changes)); diff != "" {
		t.Errorf("the result depends on the order of rules:\n%s", diff)
	}
}

// writeArchive rewrites the want and fixed sections of an archive.
func writeArchive(t *testing.T, file string, a *txtar.Archive, cases []*testCase) {
	out := &txtar.Archive{Comment: a.Comment}
	for _, c := range cases {
		for _, f := range a.Files {
			name, rest, _ := strings.Cut(f.Name, "/")
			if name == c.name && rest != "want" && rest != "diff" && !strings.HasPrefix(rest, "fixed/") {
				out.Files = append(out.Files, f)
			}
		}
		out.Files = append(out.Files, txtar.File{Name: c.name + "/want", Data: []byte(c.want)})
		if c.diff != "" {
			out.Files = append(out.Files, txtar.File{Name: c.name + "/diff", Data: []byte(c.diff)})
		}
		names := make([]string, 0, len(c.fixed))
		for name := range c.fixed {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out.Files = append(out.Files, txtar.File{Name: c.name + "/fixed/" + name, Data: []byte(escape(c.fixed[name]))})
		}
	}
	if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestList keeps the list of rules sorted and complete: every rule file is listed.
func TestList(t *testing.T) {
	all := rules.All()
	if !slices.IsSortedFunc(all, func(a, b *lint.Rule) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("all.go is not sorted by name")
	}
	files, err := filepath.Glob("*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		stem := strings.TrimSuffix(f, ".txtar")
		if !slices.ContainsFunc(all, func(r *lint.Rule) bool { return strings.ReplaceAll(r.Name, "/", "-") == stem }) {
			t.Errorf("%s belongs to no rule in all.go", f)
		}
		if _, err := os.Stat(stem + ".go"); err != nil {
			t.Errorf("%s has no rule file beside it", f)
		}
	}
}
