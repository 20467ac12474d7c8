package rules_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	choices := map[string]bool{} // by letter: whether a case shows its files
	for _, c := range cases {
		for _, letter := range c.lettered() {
			choices[letter] = choices[letter] || len(c.fixed[letter]) > 0
		}
		finds = finds || c.want != ""
		silent = silent || c.want == ""
		offers = offers || strings.Contains(c.want, "\tfix: ")
		for _, files := range c.fixed {
			fixed = fixed || len(files) > 0
		}
	}
	switch {
	case !finds:
		t.Error("no case with a finding")
	case !silent:
		t.Error("no case without a finding")
	case offers != fixed && r.Name != lint.NotSettled: // the fixes are those of made-up rules
		t.Error("a fix needs a case with the fixed files, and the other way round")
	}
	for letter, shown := range choices {
		if !shown {
			t.Errorf("the choice %s needs a case with the fixed files", letter)
		}
	}
}

// lettered returns the letters of the choices that a case offers where there are
// several.
func (c *testCase) lettered() []string {
	var out []string
	for line := range strings.Lines(c.want) {
		text, ok := strings.CutPrefix(line, "\tfix: ")
		letter, _, _ := strings.Cut(text, " ")
		if _, is := lint.ParseChoice(letter); ok && is && !slices.Contains(out, letter) {
			out = append(out, letter)
		}
	}
	return out
}

func (c *testCase) run(t *testing.T, rule *lint.Rule) {
	m := c.open(t)
	only := append([]*lint.Rule{rule}, m.madeUp...)
	found := ofRule(m.choose(t, only, "A").Before.Findings, rule)
	if rule.Name == lint.NotSettled {
		found = ofRule(m.choose(t, only, "A").After.Findings, rule)
	}
	if got := printFindings(found); got != c.want {
		if *update {
			c.want = got
		} else {
			t.Errorf("findings:\n%s", cmp.Diff(c.want, got))
		}
	}
	for _, letter := range offered(c, found) {
		c.runChoice(t, m, only, letter)
	}
}

// offered returns the letters of what findings offer and a case shows; always A,
// which is also each fix without a letter.
func offered(c *testCase, found []*lint.Finding) []string {
	letters := map[string]bool{"A": true}
	for letter := range c.fixed {
		letters[letter] = true
	}
	for _, f := range found {
		for _, choice := range f.Choices() {
			letters[choice.Letter] = true
		}
	}
	return slices.Sorted(maps.Keys(letters))
}

// runChoice holds one choice of the fixes to the laws.
func (c *testCase) runChoice(t *testing.T, m machine, only []*lint.Rule, letter string) {
	out := m.choose(t, only, letter)
	got := texts(out.Changes)
	if *update {
		c.fixed[letter] = got
	} else if diff := cmp.Diff(c.fixed[letter], got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s files (-want +got):\n%s", folderOf(letter), diff)
	}
	checkSecondRun(t, m, only, letter, out)
	checkComments(t, out)
	checkOrder(t, c, only, letter, got)
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

// checkSecondRun fails when fixing what was fixed changes anything, and when what
// was fixed is still found.
func checkSecondRun(t *testing.T, m machine, only []*lint.Rule, letter string, out *lint.Outcome) {
	if len(out.Held) > 0 {
		t.Errorf("fix %s of %s held back: %s", letter, out.Held[0].Finding.Rule.Name, out.Held[0].Reason)
	}
	for _, f := range out.After.Findings {
		if f.Rule == only[0] && f.Choose(letter) != nil {
			t.Errorf("fix %s is still offered after the fixes: %s", letter, f.Message)
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
func checkOrder(t *testing.T, c *testCase, only []*lint.Rule, letter string, want fixed) {
	m := c.open(t)
	slices.Reverse(m.options.Rules)
	only = append(only[:1:1], m.madeUp...)
	if diff := cmp.Diff(want, texts(m.choose(t, only, letter).Changes)); diff != "" {
		t.Errorf("the result depends on the order of rules:\n%s", diff)
	}
}

// writeArchive rewrites the want and fixed sections of an archive.
func writeArchive(t *testing.T, file string, a *txtar.Archive, cases []*testCase) {
	out := &txtar.Archive{Comment: a.Comment}
	for _, c := range cases {
		for _, f := range a.Files {
			name, rest, _ := strings.Cut(f.Name, "/")
			folder, _, _ := strings.Cut(rest, "/")
			if name == c.name && rest != "want" && rest != "diff" && letterOf(folder) == "" {
				out.Files = append(out.Files, f)
			}
		}
		out.Files = append(out.Files, txtar.File{Name: c.name + "/want", Data: []byte(c.want)})
		if c.diff != "" {
			out.Files = append(out.Files, txtar.File{Name: c.name + "/diff", Data: []byte(c.diff)})
		}
		for _, letter := range slices.Sorted(maps.Keys(c.fixed)) {
			for _, name := range slices.Sorted(maps.Keys(c.fixed[letter])) {
				full := c.name + "/" + folderOf(letter) + "/" + name
				out.Files = append(out.Files, txtar.File{Name: full, Data: []byte(escape(c.fixed[letter][name]))})
			}
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
