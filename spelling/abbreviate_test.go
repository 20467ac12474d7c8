package spelling

import (
	"strings"
	"testing"
)

func TestAbbreviate(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		strings.Repeat("x", 60):             strings.Repeat("x", 60),
		strings.Repeat("x", 61):             strings.Repeat("x", 60) + "…",
		strings.Repeat("x", 59) + "é" + "y": strings.Repeat("x", 59) + "…",
	} {
		if got := Abbreviate(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
