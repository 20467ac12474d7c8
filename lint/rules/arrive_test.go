package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestFragmentsAgree takes every block of the top level out of real
// configurations: as a fragment nothing may be found that is not found in the
// whole, and what only the whole can tell must not be said.
func TestFragmentsAgree(t *testing.T) {
	n := 0
	for _, file := range corpus(t) {
		whole := findingsOf(load(t, "/nginx.conf", file.text, ""), 0)
		f := source.NewFile("/nginx.conf", file.text)
		for _, d := range nginxconf.Parse(f).Directives {
			if d.Block == nil || d.Block.Code || len(d.Block.Directives) == 0 {
				continue
			}
			body := file.text[d.StopSpan().End : d.Span().End-1]
			above := f.Position(d.StopSpan().End).Line - 1
			for _, context := range []string{"", d.Name} {
				for found := range findingsOf(load(t, "/part.conf", body, context), above) {
					if !whole[found] {
						t.Errorf("%s: %q as a fragment of %q: %s", file.name, d.Name, context, found)
					}
				}
				n++
			}
		}
	}
	if n < 50 {
		t.Errorf("%d fragments", n)
	}
}

// TestTemplatesAgree turns words of real configurations into tags: nothing may
// be found that is not found in the plain file.
func TestTemplatesAgree(t *testing.T) {
	for _, file := range corpus(t) {
		whole := findingsOf(load(t, "/nginx.conf", file.text, ""), 0)
		for step := range 5 {
			text := tagged(file.text, 3+step)
			for found := range findingsOf(load(t, "/nginx.conf.j2", text, ""), 0) {
				if !whole[found] {
					t.Errorf("%s: as a template (every %dth word): %s", file.name, 3+step, found)
				}
			}
		}
	}
}

// tagged replaces every nth argument by a tag. Those of include decide what is
// read.
func tagged(text string, n int) string {
	var edits []source.Edit
	f := source.NewFile("/nginx.conf", text)
	count := 0
	var walk func(list []*nginxconf.Directive)
	walk = func(list []*nginxconf.Directive) {
		for _, d := range list {
			for i := range d.Args {
				if count++; count%n == 0 && d.Name != "include" {
					edits = append(edits, source.Edit{Span: d.ArgSpan(i), Text: "{{ value }}"})
				}
			}
			if d.Block != nil {
				walk(d.Block.Directives)
			}
		}
	}
	walk(nginxconf.Parse(f).Directives)
	return source.Apply(f, edits)
}

type corpusFile struct{ name, text string }

func corpus(t *testing.T) []corpusFile {
	t.Helper()
	files, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var out []corpusFile
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, corpusFile{filepath.Base(name), string(text)})
	}
	return out
}

// load reads a text as a main file, or, with a name that is no main file's, as a
// fragment.
func load(t *testing.T, name, text, context string) []*host.Host {
	t.Helper()
	store := source.NewStore(source.Memory{name: text})
	decl := appconf.HostConfig{Name: "x", Root: "/", Nginx: appconf.NginxConfig{Conf: name}}
	if strings.HasPrefix(name, "/nginx.conf") {
		return []*host.Host{host.LoadNginx(store, decl)}
	}
	f, err := store.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	fragment, err := host.NewFragment(f, context)
	if err != nil {
		t.Fatal(err)
	}
	hosts, err := fragment.Hosts(store, decl)
	if err != nil {
		t.Fatal(err)
	}
	return hosts
}

// findingsOf returns the rules that find something worse than an information,
// with the line, for a text with so many lines above it.
func findingsOf(hosts []*host.Host, above int) map[string]bool {
	out := map[string]bool{}
	for _, f := range lint.Run(hosts, lint.Options{Rules: rules.All(), All: rules.All(), Agree: true}).Findings {
		if f.Severity > lint.Info {
			out[fmt.Sprintf("%s in line %d", f.Rule.Name, above+f.Span.Position().Line)] = true
		}
	}
	return out
}
