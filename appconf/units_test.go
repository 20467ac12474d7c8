package appconf

import (
	"strings"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"60": time.Minute, "0": 0, "90s": 90 * time.Second, "1m30s": 90 * time.Second, "250ms": 250 * time.Millisecond,
		"1h 30m": 90 * time.Minute, "1d": 24 * time.Hour, "1M": 30 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "1w2d": 9 * 24 * time.Hour,
		"1m 5": 65 * time.Second, "1.5s": 1500 * time.Millisecond, "10us": 10 * time.Microsecond, "30s1m": 90 * time.Second, "5m500ms": 5*time.Minute + 500*time.Millisecond,
	} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", " ", "s", "60sec", "-5s", "1,5s", "infinite", "99999999999y", "10 s s", "1s 1s 1x", "ten", "1e3"} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("%q: %v, want an error", in, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "4096": 4096, "64k": 64 << 10, "64K": 64 << 10, "1g": 1 << 30, "16GiB": 16 << 30, "10MiB": 10 << 20, "1.5GiB": 3 << 29,
		"512b": 512, "2Gi": 2 << 30, "1 MiB": 1 << 20, "1t": 1 << 40, "9007199254740993": 9007199254740993,
	} {
		if got, err := ParseSize(in); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "k", "-1", "1.5", "0.3k", "10x", "1kk", "1..5k", "9999999999g", "99999999999999999999", "1e3", "10m5k"} {
		if got, err := ParseSize(in); err == nil {
			t.Errorf("%q: %v, want an error", in, got)
		}
	}
	if _, err := ParseSize("10MB"); err == nil || !strings.Contains(err.Error(), "10MiB") {
		t.Errorf("10MB: %v", err)
	}
}
