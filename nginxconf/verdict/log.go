package verdict

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var logSetters = []setter{
	{"access_log", anyHTTP | anyStream, checkAccessLog},
	{"error_log", everywhere, checkErrorLog},
}

var accessLogValues = []parameterValue{
	{prefix: "buffer=", reads: someBytes, refusal: `invalid buffer size "%s"`, bare: true},
	{prefix: "flush=", check: flushTime, bare: true},
	{prefix: "gzip=", reads: aLevel, refusal: `invalid compression level "%s"`, bare: true},
}

func flushTime(value string) string {
	if !milliseconds.reads(value) || isZeroTime(value) {
		return `invalid flush time "%s"`
	}
	return ""
}

// isZeroTime reports whether a time that nginx reads is none.
func isZeroTime(value string) bool { return !strings.ContainsAny(value, "123456789") }

func checkAccessLog(s *statement) {
	target := s.Arg(0)
	if target == "off" {
		if len(s.Args) > 1 && !s.refused(1) {
			s.refuseAs(InvalidParameter, 1, invalidParameter, s.Arg(1))
		}
		return
	}
	if len(s.Args) == 1 && s.context&anyStream != 0 {
		s.refuseAs(InvalidParameter, -1, "log format is not specified")
		return
	}
	s.parameterValues(2, accessLogValues)
	flushes, buffers := -1, false
	for i := 2; i < len(s.Args); i++ {
		switch word := s.Args[i].Text; {
		case word == "gzip" || strings.HasPrefix(word, "gzip=") || strings.HasPrefix(word, "buffer="):
			buffers = true
		case strings.HasPrefix(word, "flush="):
			flushes = i
		}
	}
	switch {
	case len(s.out) > 0 || !s.plain(0):
	case flushes >= 0 && !buffers:
		s.refuse(flushes, `no buffer is defined for access_log "%s"`, target)
	case buffers && strings.HasPrefix(target, "syslog:"):
		s.refuse(-1, "logs to syslog cannot be buffered")
	case buffers && strings.Contains(target, "$"):
		s.refuse(-1, "buffered logs cannot have variables in name")
	}
}

var (
	logLevels      = []string{"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}
	debugLogLevels = []string{"debug_core", "debug_alloc", "debug_mutex", "debug_event", "debug_http", "debug_mail", "debug_stream"}
)

// checkErrorLog finds a second level. Several of the masks for debugging may
// stand together, but not behind a level.
func checkErrorLog(s *statement) {
	if size, ok := strings.CutPrefix(s.Arg(0), "memory:"); ok {
		if n, reads := nginxconf.ParseSize(size, false); !reads || n < 10 {
			s.refuseWord(0, `invalid buffer size "%s"`, size)
		}
	}
	leveled, masked := false, false
	for i := 1; i < len(s.Args); i++ {
		word := s.Args[i].Text
		switch {
		case slices.Contains(logLevels, word) && (leveled || masked):
			s.refuseWord(i, `duplicate log level "%s"`, word)
			return
		case slices.Contains(logLevels, word):
			leveled = true
		case slices.Contains(debugLogLevels, word) && leveled:
			s.refuseWord(i, `invalid log level "%s"`, word)
			return
		case slices.Contains(debugLogLevels, word):
			masked = true
		}
	}
}
