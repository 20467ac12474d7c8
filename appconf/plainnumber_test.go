package appconf_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// TestPlainNumberOf checks which number of a text states a time, in brackets, and
// what it counts.
func TestPlainNumberOf(t *testing.T) {
	for _, test := range []struct {
		text string // "" where there is none
		time time.Duration
		unit time.Duration // 0: none
	}{
		{"server.keepAliveTimeout = [65]", 65 * time.Millisecond, time.Millisecond},
		{"server.keepAliveTimeout = [65_000]", 65 * time.Second, time.Millisecond},
		{"parseInt(process.env.K, 10) || [65]", 65 * time.Millisecond, time.Millisecond},
		{"--keep-alive=[65000]", 65000 * time.Second, time.Second},
		{`"KeepAliveTimeout": "[130]"`, 130 * 24 * time.Hour, 24 * time.Hour},
		{"IdleTimeout: [60]", 60, time.Nanosecond},
		{"IdleTimeout: time.Duration([60])", 60, time.Nanosecond},
		{"IdleTimeout: 60 * time.Second", 60 * time.Second, 0},
		{"IdleTimeout: time.Second * 60", 60 * time.Second, 0},
		{"keepAliveTimeout = 65 * 1000", 65 * time.Second, 0},
		{"keepAliveTimeout = 65000 / 1000", 65 * time.Millisecond, 0},
		{"keep-alive-timeout: 65s", 65 * time.Second, 0},
		{"keep-alive-timeout: 65ms", 65 * time.Millisecond, 0},
		{"KeepAliveTimeout: 00:02:10", 130 * time.Second, 0},
		{"keepAliveTimeout = KEEP_ALIVE_65", 65 * time.Millisecond, 0},
		{"pick(65, 65)", 65 * time.Millisecond, 0},
		{"timeout = 0", 0, 0},
		{"", 65 * time.Second, 0},
	} {
		start := strings.IndexByte(test.text, '[')
		plain := strings.NewReplacer("[", "", "]", "").Replace(test.text)
		s := source.Known(test.time, source.Origin{})
		if f := source.NewFile("/app", plain); plain != "" {
			s.Origin.Span = source.Span{File: f, End: len(plain)}
		}
		n, ok := appconf.PlainNumberOf(s)
		switch {
		case ok != (test.unit != 0):
			t.Errorf("%s: found %v", test.text, ok)
		case ok && (n.Unit != test.unit || n.Span.Start != start || n.String() != strings.ReplaceAll(n.Span.Text(), "_", "")):
			t.Errorf("%s: %q at %d counts %s", test.text, n, n.Span.Start, n.Unit)
		}
	}
}
