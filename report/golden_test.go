package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares output with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// render writes a result in a format.
func render(t testing.TB, format string, r *lint.Result, o Options) []byte {
	t.Helper()
	write, err := Lookup(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := write(&b, r, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		file, format string
		result       *lint.Result
		options      Options
	}{
		{"sample.txt", "text", sample(t), options()},
		{"sample-verbose.txt", "text", sample(t), with(func(o *Options) { o.Verbose, o.MaxFindings = true, 1 })},
		{"sample-narrow.txt", "text", sample(t), with(func(o *Options) { o.Width, o.ASCII = 40, true })},
		{"sample-color.txt", "text", sample(t), with(func(o *Options) { o.Color, o.MaxFindings, o.Width = true, 2, 200 })},
		{"sample-actions.txt", "text", sample(t), with(func(o *Options) { o.GitHubActions, o.MaxFindings = true, 1 })},
		{"clean.txt", "text", clean(), options()},
		{"broken.txt", "text", broken(), options()},
		{"sample.concise", "concise", sample(t), options()},
		{"broken.concise", "concise", broken(), options()},
		{"sample.json", "json", sample(t), options()},
		{"clean.json", "json", clean(), options()},
		{"broken.json", "json", broken(), options()},
		{"empty.json", "json", &lint.Result{}, Options{}},
		{"sample.github", "github", sample(t), options()},
		{"broken.github", "github", broken(), options()},
		{"sample.sarif", "sarif", sample(t), options()},
		{"broken.sarif", "sarif", broken(), options()},
		{"empty.sarif", "sarif", &lint.Result{}, Options{}},
	} {
		t.Run(c.file, func(t *testing.T) { golden(t, c.file, render(t, c.format, c.result, c.options)) })
	}
}

func TestJobSummary(t *testing.T) {
	var b bytes.Buffer
	o := options()
	o.SummaryFile = &b
	render(t, "github", sample(t), o)
	golden(t, "sample-summary.md", b.Bytes())
}

// bareHost is a host without files that systemd boots.
func bareHost(t *testing.T, name, root string) *host.Host {
	t.Helper()
	store := source.NewStore(source.Memory{"/run/systemd/system/nginx.service": ""})
	h, err := host.Load(store, "/", appconf.HostConfig{Name: name, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestPlan(t *testing.T) {
	r := sample(t)
	var safe, unsafe []*lint.Finding
	for _, f := range r.Findings {
		switch {
		case f.Rule == backlogCapped:
			safe = append(safe, f)
		case f.Fix != nil:
			unsafe = append(unsafe, f)
		}
	}
	var b bytes.Buffer
	for _, info := range []PlanInfo{
		{Applied: safe, LeftOut: unsafe, Edits: 1, Files: 1},
		{Applied: append(safe, unsafe...), Edits: 2, Files: 2, Written: true},
		{Held: []Held{{unsafe[0], "overlaps the fix of sockets/backlog-capped"}}, LeftOut: append(unsafe, safe...)},
		{LeftOut: append(unsafe, safe[0].Choose("A")), Choice: "B"},
		{Applied: safe, LeftOut: unsafe, Edits: 1, Files: 1, Pending: true, Again: Call{" --root '/srv/a b'", " web"}, Declined: unsafe,
			InPlace: []InPlace{{"/srv/shared.conf", "it has 2 names"}}, Shared: []Shared{{"/srv/shared.conf", []string{"web-b", "web\x1bc"}}}},
		{Applied: safe, Edits: 1, Files: 1, Written: true, Undo: "tunelint undo 7f3a"},
	} {
		root := "/web"
		if info.Written {
			root = "/"
		}
		info.Apply = lint.CommandLines(lint.Afterwards([]*host.Host{bareHost(t, "web", root), bareHost(t, "edge", "/edge")}, info.Applied))
		if err := Plan(&b, info, options()); err != nil {
			t.Fatal(err)
		}
		b.WriteString("--\n")
	}
	golden(t, "plan.txt", b.Bytes())
}

func TestRule(t *testing.T) {
	var b bytes.Buffer
	o := options()
	o.Width = 72
	for _, r := range []*lint.Rule{backlogCapped, unusedIgnore} {
		example := ""
		if !r.Locked {
			example = "nginx.conf:\r\n\tlisten 80 backlog=65535;\n\nsysctl.d/90-web.conf:\n\tnet.core.somaxconn = 4096\n"
		}
		if err := Rule(&b, r, example, o); err != nil {
			t.Fatal(err)
		}
		b.WriteString("--\n")
	}
	golden(t, "rule.txt", b.Bytes())
}

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"sarf":  `unknown format "sarf", did you mean "sarif"? (known: text, json, github, sarif, concise)`,
		"JSON":  `unknown format "JSON", did you mean "json"? (known: text, json, github, sarif, concise)`,
		"junit": `unknown format "junit" (known: text, json, github, sarif, concise)`,
		"":      `unknown format "" (known: text, json, github, sarif, concise)`,
	} {
		if _, err := Lookup(name); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}

// Writing fails as a whole, and the failure is reported.
func TestWriteErrors(t *testing.T) {
	for _, name := range Formats() {
		write, _ := Lookup(name)
		if err := write(failing{}, sample(t), options()); err != io.ErrShortWrite {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := options()
	o.SummaryFile = failing{}
	if err := writeGitHub(io.Discard, sample(t), o); err != io.ErrShortWrite {
		t.Errorf("summary: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// The result is read only, and the same result gives the same bytes.
func TestDeterminism(t *testing.T) {
	r := sample(t)
	order := append([]*lint.Finding(nil), r.Findings...)
	for _, name := range Formats() {
		first := render(t, name, r, options())
		if again := render(t, name, r, options()); !bytes.Equal(first, again) {
			t.Errorf("%s: two runs differ", name)
		}
		if fresh := render(t, name, sample(t), options()); !bytes.Equal(first, fresh) {
			t.Errorf("%s: two equal results differ", name)
		}
	}
	for i := range order {
		if order[i] != r.Findings[i] {
			t.Fatal("the order of the findings changed")
		}
	}
}
