package spelling

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// A shell takes every word for what it was.
func TestShellWord(t *testing.T) {
	realpart.Need(t, "sh", "bash")
	for s, want := range map[string]string{
		"":                   "''",
		"nginx.service":      "nginx.service",
		"/srv/a b/c.yaml":    "'/srv/a b/c.yaml'",
		"api@*":              "'api@*'",
		`dev-a\x2db.service`: `'dev-a\x2db.service'`,
		"it's; reboot":       `'it'\''s; reboot'`,
		"a'b":                `'a'\''b'`,
		"größe":              "größe",
		"日 本":                "'日 本'",
		"~":                  "'~'",
		"$(x)":               "'$(x)'",
		"kernel/*,limits":    "'kernel/*,limits'",
		"a\nb'\\":            `$'a\012b\'\\'`,
		"\x1b[2J\xff\t":      `$'\033[2J\377\011'`,
		"a\u202eb":           `$'a\342\200\256b'`,
	} {
		if got := ShellWord(s); got != want {
			t.Errorf("ShellWord(%q) = %s, want %s", s, got, want)
		}
		shell := "sh"
		if strings.HasPrefix(want, "$'") {
			shell = "bash"
		}
		out, err := exec.Command(shell, "-c", "printf %s "+ShellWord(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("%s reads %q of %q: %v", shell, out, s, err)
		}
	}
}
