package appconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A declarationCase is what files declare for an application, without defaults.
type declarationCase struct {
	name, runtime string
	files         map[string]string
	want          []string
}

func checkDeclarations(t *testing.T, cases []declarationCase) {
	t.Helper()
	for _, c := range cases {
		app := loadOne(t, c.runtime, c.files)
		if diff := cmp.Diff(c.want, declared(app)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// one returns the files of a case that has a single one.
func one(name, text string) map[string]string { return map[string]string{name: text} }
