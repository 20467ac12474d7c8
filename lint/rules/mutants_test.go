package rules_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var token = regexp.MustCompile(`[^\s;{}]+|[;{}]`)

// TestMutants lets every rule judge damaged configurations: none may stumble,
// and every finding has its words and its place.
func TestMutants(t *testing.T) {
	names, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d configurations, %v", len(names), err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			mutant := damage(r, string(text))
			for _, f := range findingsOn(t, mutant) {
				if f.Message == "" || f.Span.Start > f.Span.End || f.Span.End > len(mutant) {
					t.Errorf("%s: finding %+v in\n%s", name, f, mutant)
				}
			}
		}
	}
}

// damage drops, doubles, swaps or replaces some tokens.
func damage(r *rand.Rand, text string) string {
	for range 1 + r.IntN(3) {
		all := token.FindAllStringIndex(text, -1)
		a, b := all[r.IntN(len(all))], all[r.IntN(len(all))]
		word, other := text[a[0]:a[1]], text[b[0]:b[1]]
		switch r.IntN(4) {
		case 0:
			word = ""
		case 1:
			word += " " + word
		case 2:
			word = other
		default:
			word = other + " " + word
		}
		text = text[:a[0]] + word + text[a[1]:]
	}
	return text
}

func findingsOn(t *testing.T, conf string) []*lint.Finding {
	t.Helper()
	memory := source.Memory{"/etc/nginx/nginx.conf": conf, "/etc/nginx/mime.types": "types { text/html html; }", "/etc/nginx/fastcgi_params": ""}
	decl := appconf.HostConfig{Name: "h", Root: "/", Nginx: appconf.NginxConfig{Version: source.Known(nginxconf.Stable().String(), source.Origin{})}}
	h, err := host.Load(source.NewStore(memory), "/", decl)
	if err != nil {
		t.Fatal(err)
	}
	return lint.Run([]*host.Host{h}, lint.Options{Rules: rules.All(), All: rules.All()}).Findings
}
