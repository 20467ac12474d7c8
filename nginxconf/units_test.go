package nginxconf

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	const refused = -1
	for _, c := range []struct {
		text    string
		ms, sec time.Duration // as milliseconds and as seconds directives read it
	}{
		{"60", time.Minute, time.Minute},
		{"60s", time.Minute, time.Minute},
		{"0", 0, 0},
		{"1m30", 90 * time.Second, 90 * time.Second},
		{"1m30s", 90 * time.Second, 90 * time.Second},
		{"1h 30m", 90 * time.Minute, 90 * time.Minute},
		{"1d", 24 * time.Hour, 24 * time.Hour},
		{"1w", 7 * 24 * time.Hour, 7 * 24 * time.Hour},
		{"1M", refused, 30 * 24 * time.Hour},
		{"1y", refused, 365 * 24 * time.Hour},
		{"250ms", 250 * time.Millisecond, refused},
		{"5ms3", 3005 * time.Millisecond, refused},
		{"1hm", time.Hour, time.Hour},
		{"m5", 5 * time.Second, 5 * time.Second},
		{"1 ", time.Second, time.Second},
		{"1 m", refused, refused},
		{"30s1m", refused, refused},
		{"1s1s", refused, refused},
		{"60sec", refused, refused},
		{"-1", refused, refused},
		{"1.5s", refused, refused},
		{"", refused, refused},
		{"s", refused, refused},
		{"99999999999999999999", refused, refused},
		{"9223372036854775807", refused, refused},
	} {
		for _, k := range []struct {
			seconds bool
			want    time.Duration
		}{{false, c.ms}, {true, c.sec}} {
			got, ok := ParseTime(c.text, k.seconds)
			if !ok {
				got = refused
			}
			if got != k.want {
				t.Errorf("%q seconds=%v: %v, want %v", c.text, k.seconds, got, k.want)
			}
		}
	}
}

func TestParseSize(t *testing.T) {
	for _, c := range []struct {
		text         string
		size, offset int64
	}{
		{"1024", 1024, 1024}, {"8k", 8192, 8192}, {"8K", 8192, 8192}, {"1m", 1 << 20, 1 << 20}, {"2g", -1, 2 << 30},
		{"10MB", -1, -1}, {"1.5m", -1, -1}, {"k", -1, -1}, {"", -1, -1}, {"-1", -1, -1}, {"99999999999999999g", -1, -1},
	} {
		for _, k := range []struct {
			offset bool
			want   int64
		}{{false, c.size}, {true, c.offset}} {
			got, ok := ParseSize(c.text, k.offset)
			if !ok {
				got = -1
			}
			if got != k.want {
				t.Errorf("%q offset=%v: %d, want %d", c.text, k.offset, got, k.want)
			}
		}
	}
}

func TestFormatTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 55 * time.Second: "55s", 90 * time.Second: "90s", 1500 * time.Millisecond: "1500ms", 10 * time.Minute: "10m", 2 * time.Hour: "2h",
	} {
		if got := FormatTime(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
		if back, ok := ParseTime(want, false); !ok || back != d {
			t.Errorf("%s reads as %v", want, back)
		}
	}
}
