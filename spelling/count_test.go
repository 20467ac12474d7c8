package spelling

import "testing"

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"0 logs":   Count(0, "log"),
		"1 log":    Count(1, "log"),
		"2 logs":   Count(int64(2), "log"),
		"1 fix":    Count(1, "fix"),
		"12 fixes": Count(12, "fix"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
