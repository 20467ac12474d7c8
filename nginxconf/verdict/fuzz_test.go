package verdict

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// FuzzVerdicts judges anything: every verdict has its words and its place, and
// the same text gets the same verdicts again.
func FuzzVerdicts(f *testing.F) {
	names, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(names) == 0 {
		f.Fatalf("%d configurations, %v", len(names), err)
	}
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, old bool) {
		version := nginxconf.Newest()
		if old {
			version = nginxconf.Version{1, 22, 1}
		}
		first, second := judged(t, text, version), judged(t, text, version)
		if len(first) != len(second) {
			t.Fatalf("%d verdicts, then %d", len(first), len(second))
		}
		for i, v := range first {
			if v.Message == "" || v.Directive == nil || v.Scope == nil || v.Kind == 0 || v.Arg >= len(v.Directive.Args) {
				t.Fatalf("verdict %+v", v)
			}
			if p := v.Place(); p.Start < 0 || p.End > len(text) || p.Start > p.End {
				t.Fatalf("%s: place %d to %d", v.Message, p.Start, p.End)
			}
			if w := second[i]; w.Message != v.Message || w.Arg != v.Arg {
				t.Fatalf("%q, then %q", v.Message, w.Message)
			}
		}
	})
}

func judged(t *testing.T, text string, v nginxconf.Version) []Verdict {
	c, err := nginxconf.Load(source.NewStore(source.Memory{"/nginx.conf": text}).View("/"), nginxconf.Options{Conf: "/nginx.conf", Version: v})
	if err != nil {
		t.Fatal(err)
	}
	return Of(c)
}
