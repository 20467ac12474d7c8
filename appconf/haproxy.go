package appconf

import (
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

func isHAProxy(r *reading, name string) bool {
	return r.family() == "haproxy" && hasSuffix(name, ".cfg")
}

// haproxyTimeouts are the settings by the name of a timeout (doc/configuration.txt,
// section 4.2). An idle connection ends after the first of http-keep-alive,
// http-request and client that is set.
var haproxyTimeouts = map[string]string{
	"server": "request_timeout", "http-keep-alive": "keepalive_timeout", "http-request": "idle as header", "client": "idle as client",
}

var haproxyTimeout = syntax.Pattern(`^\s*timeout\s+([a-z-]+)\s+(\S+)`)

// readHAProxy reads the lines "timeout NAME VALUE". A section that differs from
// another one, or from the defaults, makes a setting unknown.
func readHAProxy(r *reading, f *source.File) {
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		m := haproxyTimeout().FindStringSubmatchIndex(line.Text())
		if m == nil {
			continue
		}
		name, known := haproxyTimeouts[line.Text()[m[2]:m[3]]]
		at := source.Span{File: f, Start: line.Start + strings.Index(line.Text(), "timeout"), End: line.Start + m[5]}
		if known {
			value := shellwords.Word{Text: line.Text()[m[4]:m[5]]}
			r.declared = append(r.declared, optionValue(&flag{name: name, read: readHAProxyTime}, value, at, rankFile))
		}
	}
	for _, name := range []string{"idle as header", "idle as client"} {
		if !r.pick("keepalive_timeout").at.IsValid() {
			r.copyAs(name, "keepalive_timeout")
		}
	}
}

var haproxyTime = syntax.Pattern(`^(\d{1,10})(us|ms|s|m|h|d)?$`)

// readHAProxyTime reads a number with a unit, milliseconds without one (section
// 2.4).
func readHAProxyTime(s string) (int64, bool) {
	m := haproxyTime().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	units := map[string]time.Duration{"us": time.Microsecond, "": time.Millisecond, "ms": time.Millisecond, "s": time.Second,
		"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	n, ok := syntax.ReadPlain(m[1])
	if !ok || n > int64(Infinite/units[m[2]]) {
		return 0, false
	}
	return n * int64(units[m[2]]), true
}
