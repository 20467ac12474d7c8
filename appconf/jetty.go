package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isJettyIni recognises start.ini and the files of start.d.
func isJettyIni(r *reading, name string) bool {
	return r.family() == "jetty" && hasSuffix(name, ".ini")
}

// jettyProperties are the properties of the modules http, server and threadpool
// (modules/*.mod). Times are milliseconds.
var jettyProperties = map[string]flag{
	"jetty.http.idleTimeout":             {name: "keepalive_timeout", read: readJettyIdle},
	"jetty.http.acceptQueueSize":         {name: "listen_backlog", read: syntax.ReadPositive},
	"jetty.httpConfig.requestHeaderSize": {name: "max_header_size", read: syntax.ReadPositive},
	"jetty.threadPool.maxThreads":        {name: "threads", read: syntax.ReadPositive},
	"jetty.http.port":                    {name: "port"},
	"jetty.http.host":                    {name: "address"},
}

// readJettyIdle reads milliseconds; what 0 and -1 mean is left to Jetty.
func readJettyIdle(s string) (int64, bool) {
	v, ok := readMillis(s)
	return v, ok && v != int64(Infinite)
}

// readJettyIni reads lines of "property=value".
func readJettyIni(r *reading, f *source.File) {
	if r.jettyValues == nil {
		r.jettyValues, r.jettyOn = map[string]syntax.Variable{}, map[string]source.Span{}
	}
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		text := strings.TrimSpace(line.Text())
		key, value, ok := strings.Cut(text, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		line.Start += strings.Index(line.Text(), text)
		line.End = line.Start + len(text)
		weak := strings.HasSuffix(key, "?")
		key = strings.TrimPrefix(strings.TrimRight(key, "?"), "-D")
		r.jettyModules(key, value, line)
		r.jettyValue(key, value, line, weak)
		switch known, isSetting := jettyProperties[key]; {
		case key == "jetty.server.stopTimeout":
			r.puzzle("shutdown_timeout", line, rankFile, "it counts where a handler for graceful shutdown is configured")
		case isSetting && weak:
			r.puzzle(known.name, line, rankFile, "another file may set it before")
		case isSetting:
			r.declared = append(r.declared, jettyValue(known, value, line))
		}
	}
}

// jettyValue notes a property, for files in XML that name it.
func (r *reading) jettyValue(key, value string, at source.Span, weak bool) {
	v := syntax.Variable{Text: value, At: at}
	if strings.Contains(value, "${") {
		v.Why = "it depends on a property"
	}
	if weak {
		v.Why = "another file may set it before"
	}
	r.jettyValues[key] = v
}

func jettyValue(f flag, value string, at source.Span) declaration {
	w := shellwords.Word{Text: value}
	if strings.Contains(value, "${") {
		w.Why = "it depends on a property"
	}
	return optionValue(&f, w, at, rankFile)
}
