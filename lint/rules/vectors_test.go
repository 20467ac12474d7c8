package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint"
)

// vectors are how many worked examples each of the timing and sizing laws has.
// The examples are cases of testdata/vectors/LAW.txtar.
var vectors = map[string]int{
	"R1": 27, "R2": 3, "R3": 6, "R4": 11, "R5": 11, "R6": 12, "R7": 8, "R8": 10,
	"R9": 8, "R10": 3, "R11": 7, "R12": 5, "R13": 11, "R14": 3, "R15": 6,
}

// TestVectors runs the worked examples of every law over whole machines. The
// head of an archive names the rules of the law and says of each example, by
// number, what is to come out: "violates" and "warns" want a finding, the latter
// no error; "ok" wants none; "unknown" none, but a place that was not evaluated.
// Files below "all/" belong to every example that has no such file of its own.
func TestVectors(t *testing.T) {
	for law, count := range vectors {
		t.Run(law, func(t *testing.T) {
			file := filepath.Join("testdata", "vectors", law+".txtar")
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head := readVectorHead(t, string(a.Comment))
			cases := vectorCases(a)
			for i := 1; i <= count; i++ {
				if !slices.ContainsFunc(cases, func(c *testCase) bool { return vectorNumber(c.name) == i }) {
					t.Errorf("example %d has no case", i)
				}
			}
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) { c.runVector(t, head) })
			}
			if *update {
				updateVectors(t, file, a, cases)
			}
		})
	}
}

// updateVectors writes what was found into an archive.
func updateVectors(t *testing.T, file string, a *txtar.Archive, cases []*testCase) {
	for _, c := range cases {
		name := c.name + "/want"
		a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
		last := len(a.Files)
		for i, f := range a.Files {
			if strings.HasPrefix(f.Name, c.name+"/") {
				last = i + 1
			}
		}
		a.Files = slices.Insert(a.Files, last, txtar.File{Name: name, Data: []byte(c.want)})
	}
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

type vectorHead struct {
	rules   []string
	verdict map[string]string // by the name of the case
}

var vectorLine = regexp.MustCompile(`^(\d+[a-z]?): (violates|warns|ok|unknown): \S`)

// readVectorHead reads "rules: a/b c/d" and "3: violates: what happens".
func readVectorHead(t *testing.T, text string) vectorHead {
	t.Helper()
	h := vectorHead{verdict: map[string]string{}}
	for line := range strings.Lines(text) {
		if names, ok := strings.CutPrefix(line, "rules: "); ok {
			h.rules = strings.Fields(names)
		} else if m := vectorLine.FindStringSubmatch(line); m != nil {
			h.verdict[m[1]] = m[2]
		} else if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			t.Errorf("neither rules, an example nor a comment: %s", line)
		}
	}
	return h
}

// vectorCases splits an archive into examples; "all" is none.
func vectorCases(a *txtar.Archive) []*testCase {
	cases := readCases(a)
	i := slices.IndexFunc(cases, func(c *testCase) bool { return c.name == "all" })
	if i < 0 {
		return cases
	}
	all := cases[i]
	cases = slices.Delete(cases, i, i+1)
	for _, c := range cases {
		for name, text := range all.files {
			if _, own := c.files[name]; !own {
				c.files[name] = text
			}
		}
	}
	return cases
}

// vectorNumber reads "7" and "7b".
func vectorNumber(name string) int {
	n, _ := strconv.Atoi(strings.TrimRight(name, "abcdefgh"))
	return n
}

func (c *testCase) runVector(t *testing.T, head vectorHead) {
	m := c.open(t)
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	only, err := lint.Select(m.options.All, head.rules)
	if err != nil {
		t.Fatal(err)
	}
	m.options.Rules = only
	result := lint.Run(hosts, m.options)
	if got := briefFindings(result); *update {
		c.want = got
	} else if diff := cmp.Diff(c.want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	errors := slices.ContainsFunc(result.Findings, func(f *lint.Finding) bool { return f.Severity == lint.Error })
	found := len(result.Findings) > 0
	switch verdict := head.verdict[c.name]; {
	case verdict == "":
		t.Error("the head of the archive does not say what is to come out")
	case verdict == "violates" && !found, verdict == "warns" && (!found || errors), verdict == "ok" && found, verdict == "unknown" && found:
		t.Errorf("that is not %q", verdict)
	case verdict == "unknown" && len(result.Skips) == 0:
		t.Error("nothing says that it was not evaluated")
	}
}

// briefFindings prints severity, rule and message.
func briefFindings(r *lint.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s: %s\n", f.Severity, f.Rule.Name, f.Message)
	}
	return b.String()
}
