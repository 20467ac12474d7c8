package sysctl

import "testing"

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		kernel, than string
		want         bool
	}{
		{"3.10.0-1160.el7", "4.4", true},
		{"4.3", "4.4", true},
		{"4.4", "4.4", false},
		{"6.1", "4.4", false},
		{"", "4.4", false},
		{"some", "4.4", false},
	} {
		if got := Older(c.kernel, c.than); got != c.want {
			t.Errorf("Older(%q, %q) is %t", c.kernel, c.than, got)
		}
	}
}
