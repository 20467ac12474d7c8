package limits

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestOverruled(t *testing.T) {
	for conf, want := range map[string]string{ // of the first entry
		"* soft nofile 1\n* soft nofile 2\n* soft nofile 3\n":       "* soft nofile 3",
		"* soft nofile 1\n* hard nofile 2\n":                        "",
		"* - nofile 1\n* hard nofile 2\n":                           "",
		"* - nofile 1\n* hard nofile 2\n* soft nofile 3\n":          "* soft nofile 3;* hard nofile 2",
		"* hard nofile 1\n* - nofile 2\n":                           "* - nofile 2",
		"* hard nofile 1\nweb soft nofile 3\n* - nofile 2\n":        "",
		"* hard nofile 1\nweb soft nofile {{ n }}\n* - nofile 2\n":  "",
		"* soft nofile 1\nweb soft nofile 2\n":                      "",
		"web soft nofile 1\n60000: soft nofile 2\n":                 "60000: soft nofile 2",
		"web soft nofile 1\n* soft nofile 2\n":                      "",
		"ghost soft nofile 1\n60000: soft nofile 2\n":               "",
		"60000: soft nofile 1\nweb soft nofile 2\n":                 "",
		"@web soft nofile 1\n@web soft nproc 2\n@web soft nofile 3": "@web soft nofile 3",
		"web soft nofile 1\nweb soft nofile x\n":                    "",
		"web soft nofile 1\nweb soft nofile {{ n }}\n":              "",
	} {
		l := host(t, conf)
		if got := strings.Join(texts(l.Overruled(l.Documents[0].Entries[0])), ";"); got != want {
			t.Errorf("%q: %s, want %s", conf, got, want)
		}
	}
}

// TestOverruledChangesNothing gives overruled entries another value and looks
// whether the sessions of several users differ.
func TestOverruledChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	seen := 0
	for range 2000 {
		conf := sessionText(r) + sessionText(r)
		l := host(t, conf)
		for _, e := range l.Documents[0].Entries {
			if l.Overruled(e) == nil {
				continue
			}
			seen++
			other := host(t, conf[:e.ValueSpan.Start]+"77"+conf[e.ValueSpan.End:])
			for _, user := range []string{"web", "other", "ghost", "root"} {
				for _, typ := range []string{"soft", "hard"} {
					if a, b := inForce(l, user, e.Item, typ), inForce(other, user, e.Item, typ); a != b {
						t.Fatalf("%s %s with another value of %q: %s, not %s:\n%s", user, typ, e.Span.Text(), b, a, conf)
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d overruled entries", seen)
	}
}

func inForce(l *Limits, user, item, typ string) string {
	entries := l.Login(user, item, typ)
	if len(entries) == 0 {
		return ""
	}
	return entries[len(entries)-1].Span.Text()
}
