package host

import (
	"testing"
	"time"
)

func TestSystemdTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5":           5 * time.Second,
		"90s":         90 * time.Second,
		"1min 30s":    90 * time.Second,
		"2 minutes":   2 * time.Minute,
		"1h5m":        65 * time.Minute,
		"250ms":       250 * time.Millisecond,
		"infinity":    0,
		"0":           0, // no end either
		"":            0,
		"5 fortnight": 0,
		"-1":          0,
		"99999999999": 0,
	} {
		if got, ok := systemdTime(text); got != want && ok || ok != (want > 0) {
			t.Errorf("%q is %s, %t; want %s", text, got, ok, want)
		}
	}
}
