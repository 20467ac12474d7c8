package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
)

var update = flag.Bool("update", false, "rewrite what tests compare with")

// TestCapacityHosts looks at the sums of whole machines. What check says of them
// stands in the archives of the rules.
func TestCapacityHosts(t *testing.T) {
	files, err := filepath.Glob("../../testdata/hosts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no hosts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		golden, err := filepath.Abs(filepath.Join("../../testdata/capacity", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range a.Files {
				if name, ok := strings.CutPrefix(f.Name, "host/"); ok && name != "want" && name != "diff" && !strings.HasPrefix(name, "fixed/") {
					files[name] = string(f.Data)
				}
			}
			got := capacityOf(t, files, func() []*lint.Rule { return nil })
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s is stale, run go test ./cmd/tunelint -run TestCapacity -update:\n%s", golden, diff)
			}
		})
	}
}

// fileBlock finds a block of a page behind the name of a file.
var fileBlock = regexp.MustCompile("(?s)`([a-z0-9./-]+)`:\n\n```[a-z]+\n(.*?)```")

// TestCapacityPage keeps the example of docs/capacity.md what the program prints
// for the files that stand there.
func TestCapacityPage(t *testing.T) {
	page, err := filepath.Abs("../../docs/capacity.md")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const start, end = "```text\nweb  capacity\n", "```"
	text := string(data)
	files := map[string]string{}
	for _, m := range fileBlock.FindAllStringSubmatch(text, -1) {
		files[m[1]] = m[2]
	}
	head, rest, found := strings.Cut(text, start)
	shown, tail, closed := strings.Cut(rest, end)
	if !found || !closed || len(files) < 2 {
		t.Fatal("docs/capacity.md has no example")
	}
	got := strings.TrimPrefix(capacityOf(t, files, rules.All), "web  capacity\n")
	if *update {
		if err := os.WriteFile(page, []byte(head+start+got+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(shown, got); diff != "" {
		t.Errorf("docs/capacity.md is stale, run go test ./cmd/tunelint -run TestCapacity -update:\n%s", diff)
	}
}

// capacityOf writes files below a new directory and returns the picture of them.
func capacityOf(t *testing.T, files map[string]string, rules func() []*lint.Rule) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out, complaints bytes.Buffer
	a := &app{stdout: &out, stderr: &complaints, rules: rules}
	if code := a.run([]string{"show", "capacity", "--width", "80", "--color", "never"}); code != exitClean {
		t.Fatalf("exit code %d: %s", code, complaints.String())
	}
	return out.String()
}
