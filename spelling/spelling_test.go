package spelling

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	long := strings.Repeat("x", 200)
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1},
		{"proxy_passs", "proxy_pass", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3}, {long, long + "y", 1},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%.20q %.20q: %d, want %d", c.a, c.b, got, c.want)
		}
		if Distance(c.a, c.b) != Distance(c.b, c.a) {
			t.Errorf("%.20q %.20q: not symmetric", c.a, c.b)
		}
	}
}

func TestHint(t *testing.T) {
	known := []string{"fail_on", "hosts", "rules", "select", "ignore"}
	for name, want := range map[string]string{
		"fail_onn":   `, did you mean "fail_on"?`,
		"Hosts":      `, did you mean "hosts"?`,
		"hsots":      `, did you mean "hosts"?`,
		"sele":       `, did you mean "select"?`,
		"frobnicate": "", "": "", "x": "",
		strings.Repeat("fail_on", 20): "",
	} {
		if got := Hint(name, known); got != want {
			t.Errorf("%.20q: %q, want %q", name, got, want)
		}
	}
}
