package rules_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
)

// TestHosts looks at whole machines with every rule at once, as a user does:
// all findings in order of gravity, the diff of the safe fixes, and the files
// they lead to.
func TestHosts(t *testing.T) {
	files, err := filepath.Glob("../../testdata/hosts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no hosts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cases := readCases(a)
			for _, c := range cases {
				c.runHost(t)
			}
			if *update {
				writeArchive(t, file, a, cases)
			}
		})
	}
}

func (c *testCase) runHost(t *testing.T) {
	m := c.open(t)
	m.options.Rules = lint.WithoutVerbose(m.options.Rules, nil)
	out := m.settle(t, nil, false)
	lint.SortByGravity(out.Before.Findings)
	var diff strings.Builder
	if err := fixes.WriteDiff(&diff, out.Changes, onMachine); err != nil {
		t.Fatal(err)
	}
	want := testCase{want: printFindings(out.Before.Findings), diff: diff.String(), fixed: map[string]fixed{"A": texts(out.Changes)}}
	if *update {
		c.want, c.diff, c.fixed = want.want, want.diff, want.fixed
	}
	for _, part := range []struct{ name, got, want string }{{"findings", want.want, c.want}, {"diff", want.diff, c.diff}} {
		if d := cmp.Diff(part.want, part.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", part.name, d)
		}
	}
	if d := cmp.Diff(c.fixed["A"], want.fixed["A"], cmpopts.EquateEmpty()); d != "" {
		t.Errorf("fixed files (-want +got):\n%s", d)
	}
	checkComments(t, out)
	checkNginx(t, c, out)
}

// TestExample keeps the example that README runs the machine whose findings,
// diff and fixed files TestHosts holds.
func TestExample(t *testing.T) {
	a, err := txtar.ParseFile("../../testdata/hosts/node-webhook.txtar")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for name, text := range readCases(a)[0].files {
		want[onMachine(name)] = text
	}
	got := map[string]string{}
	root := os.DirFS("../../examples/node-behind-nginx")
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, path)
		got[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("examples/node-behind-nginx (-want +got):\n%s", diff)
	}
}
