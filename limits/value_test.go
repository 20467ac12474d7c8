package limits

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var limitValues = []struct {
	value string
	want  string // "" for an error
}{
	{"1024", "1024"},
	{"1024:524288", "1024:524288"},
	{"0", "0"},
	{"0x1000", "4096"},
	{"0X10", "16"},
	{"010", "8"},
	{"0b101", "5"},
	{"0B1", "1"},
	{"0o17", "15"},
	{"0b 1", "1"},
	{"0b+1", "1"},
	{"+5", "5"},
	{"-0", "0"},
	{"1024: 2048", "1024:2048"},
	{"1024:2048:", "1024:2048"},
	{`10\24`, "1024"},
	{"infinity", "infinity"},
	{"10:infinity", "10:infinity"},
	{"infinity:infinity", "infinity"},
	{"18446744073709551614", "18446744073709551614"},
	{"", ""},
	{"64k", ""},
	{"64K", ""},
	{"unlimited", ""},
	{"Infinity", ""},
	{"-1", ""},
	{"-5", ""},
	{"1e5", ""},
	{"1024:", ""},
	{":1024", ""},
	{"1024::2048", ""},
	{"1024 :2048", ""},
	{"1024:2048:4096", ""},
	{"2048:1024", ""},
	{"infinity:10", ""},
	{"65_536", ""},
	{"1024 # open files", ""},
	{`"1024"`, ""},
	{`1\:2`, ""},
	{"18446744073709551615", ""},
	{"99999999999999999999", ""},
	{"0x", ""},
	{"0b", ""},
	{"0b2", ""},
	{"0b-1", ""},
	{"08", ""},
	{"+ 5", ""},
	{"+-5", ""},
	{"0x-5", ""},
	{"١٢", ""},
}

func TestParseLimit(t *testing.T) {
	for _, c := range limitValues {
		r, err := ParseLimit(c.value)
		switch {
		case err != nil && c.want != "":
			t.Errorf("%q: %v", c.value, err)
		case err == nil && r.String() != c.want:
			t.Errorf("%q: %s, want %q", c.value, r, c.want)
		}
	}
	if _, err := ParseLimit(`1\`); err == nil {
		t.Error("a backslash at the end was accepted")
	}
}

// TestParseLimitAsSystemd asks systemd which values it refuses, and for every
// number n it accepts, that n:m is fine for the m we read and not for m-1.
func TestParseLimitAsSystemd(t *testing.T) {
	var values []string
	for _, c := range limitValues {
		values = append(values, c.value)
		r, err := ParseLimit(c.value)
		if err != nil || strings.Contains(c.value, ":") || r.Soft == Infinity {
			continue
		}
		values = append(values, fmt.Sprintf("%s:%d", c.value, r.Soft))
		if r.Soft > 0 {
			values = append(values, fmt.Sprintf("%s:%d", c.value, r.Soft-1))
		}
	}
	refusedAsSystemd(t, "LimitNOFILE", values, func(v string) error { _, err := ParseLimit(v); return err })
}

var memoryValues = []struct {
	value string
	want  string
}{
	{"1G", "1073741824"},
	{"1.5G", "1610612736"},
	{"1G 500M", "1598029824"},
	{"1G500M", "1598029824"},
	{"10.M", "10485760"},
	{"64K", "65536"},
	{"10B", "10"},
	{"+5", "5"},
	{"5 M", "5242880"},
	{"2T", "2199023255552"},
	{"0.5", "error"},
	{"", "unknown"},
	{"infinity", "unknown"},
	{"50%", "unknown"},
	{"50.55%", "unknown"},
	{"100%", "unknown"},
	{"12.5‰", "unknown"},
	{"99‱", "unknown"},
	{"101%", "error"},
	{"0%", "error"},
	{"5%%", "error"},
	{"a%", "error"},
	{"5.%", "error"},
	{"5.555%", "error"},
	{".5%", "error"},
	{"0", "error"},
	{"-1", "error"},
	{"64k", "error"},
	{"1GB", "error"},
	{"1GiB", "error"},
	{"500M 1G", "error"},
	{"1M 1M", "error"},
	{"1 1 1", "error"},
	{"16E", "error"},
	{"99999999999999999999", "error"},
	{"unlimited", "error"},
	{"8E", "9223372036854775808"},
	{"1K 1B 1", "1026"},
}

func TestParseMemory(t *testing.T) {
	for _, c := range memoryValues {
		bytes, known, err := parseMemory(c.value)
		got := fmt.Sprint(bytes)
		if err != nil {
			got = "error"
		} else if !known {
			got = "unknown"
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.value, got, c.want)
		}
	}
}

func TestParseMemoryAsSystemd(t *testing.T) {
	var values []string
	for _, c := range memoryValues {
		values = append(values, c.value)
	}
	refusedAsSystemd(t, "MemoryMax", values, func(v string) error { _, _, err := parseMemory(v); return err })
	refusedAsSystemd(t, "LimitMEMLOCK", []string{"64K", "64k", "1G:2G", "2G:1G", "", "unlimited", "1M 5K:2M", "infinity"},
		func(v string) error { _, err := parseSizeLimit(v); return err })
}

// refusedAsSystemd compares which values systemd warns about with which
// values parse refuses.
func refusedAsSystemd(t *testing.T, key string, values []string, parse func(string) error) {
	t.Helper()
	text := "[Service]\nExecStart=/bin/true\n"
	var want, got []string
	for i, v := range values {
		text += key + "=" + v + "\n"
		if parse(v) != nil {
			want = append(want, fmt.Sprintf("%d %s", i+3, v))
		}
	}
	for _, line := range verifyText(t, text) {
		var n int
		_, rest, _ := strings.Cut(line, "t.service:")
		if _, err := fmt.Sscanf(rest, "%d:", &n); err == nil {
			got = append(got, fmt.Sprintf("%d %s", n, values[n-3]))
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("%s refused by systemd (-), by us (+):\n%s", key, diff)
	}
}
