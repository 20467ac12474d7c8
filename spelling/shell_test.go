package spelling

import (
	"os/exec"
	"testing"
)

func TestShellWord(t *testing.T) {
	for s, want := range map[string]string{
		"":                   "''",
		"nginx.service":      "nginx.service",
		"/srv/a b/c.yaml":    "'/srv/a b/c.yaml'",
		"api@*":              "'api@*'",
		`dev-a\x2db.service`: `'dev-a\x2db.service'`,
		"it's; reboot":       `'it'\''s; reboot'`,
		"a'b":                `'a'\''b'`,
		"ä":                  "'ä'",
		"-n\nx":              "'-n\nx'",
	} {
		if got := ShellWord(s); got != want {
			t.Errorf("ShellWord(%q) = %s, want %s", s, got, want)
		}
		out, err := exec.Command("sh", "-c", "printf %s "+ShellWord(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("the shell reads %q of %q: %v", out, s, err)
		}
	}
}
