package fixes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

// A file with many changes shows those and no others.
func TestLineEditsAreFew(t *testing.T) {
	for _, changed := range []int{1, 49, 60, 120, 400} {
		var before, after strings.Builder
		for i := range 5000 {
			server := fmt.Sprintf("server {\n    listen %d;\n}\n", i)
			before.WriteString(server)
			if i%(5000/changed) == 0 {
				server = strings.Replace(server, ";", " backlog=4096;", 1)
			}
			after.WriteString(server)
		}
		edits := lineEdits(before.String(), after.String())
		if got, err := udiff.Apply(before.String(), edits); err != nil || got != after.String() {
			t.Errorf("%d changes: the edits lead elsewhere: %v", changed, err)
		}
		if n := len(edits); n < changed || n > changed+20 {
			t.Errorf("%d changes: %d edits", changed, n)
		}
	}
}

// What moved, and what stands more than once, is compared all the same.
func TestLineEditsLeadThere(t *testing.T) {
	block := func(names ...string) string {
		var b strings.Builder
		for _, name := range names {
			for i := range 60 {
				fmt.Fprintf(&b, "%s %d;\n", name, i)
			}
		}
		return b.String()
	}
	for _, c := range [][2]string{
		{block("a", "b", "c"), block("c", "a", "b")},
		{block("a", "b", "c"), block("c", "b", "a")},
		{block("a", "a"), block("a", "b", "a")},
		{block("a", "b", "a"), block("b")},
		{block("a"), block("b") + "end"},
		{block("a") + "end", ""},
		{"", block("a")},
	} {
		if got, err := udiff.Apply(c[0], lineEdits(c[0], c[1])); err != nil || got != c[1] {
			t.Errorf("%q to %q: %v, %q", c[0], c[1], err, got)
		}
		if got, err := udiff.Apply(c[0], betweenAnchors(c[0], c[1])); err != nil || got != c[1] {
			t.Errorf("%q to %q: between anchors %v, %q", c[0], c[1], err, got)
		}
	}
}
