package main

import (
	"os/exec"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// A shell takes every word for what it was.
func TestWord(t *testing.T) {
	realpart.Need(t, "bash")
	for text, want := range map[string]string{
		"web/etc":         "web/etc",
		"":                "''",
		"a b":             "'a b'",
		"it's":            `'it'\''s'`,
		"*":               "'*'",
		"~":               "'~'",
		"$(x)":            "'$(x)'",
		"größe":           "größe",
		"日 本":             "'日 本'",
		"a\nb'\\":         `$'a\012b\'\\'`,
		"\x1b[2J\xff\t":   `$'\033[2J\377\011'`,
		"a\u202eb":        `$'a\342\200\256b'`,
		"kernel/*,limits": "'kernel/*,limits'",
	} {
		got := word(text)
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		said, err := exec.Command("bash", "-c", "printf %s "+got).Output()
		if err != nil || string(said) != text {
			t.Errorf("%s is %q to bash, want %q (%v)", got, said, text, err)
		}
	}
}
