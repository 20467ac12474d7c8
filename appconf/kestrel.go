package appconf

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// Where ASP.NET Core takes its configuration from, weakest first: appsettings.json,
// the one of the environment, the environment's variables, the program.
const (
	rankAppSettings = iota + 1
	rankEnvironmentSettings
	rankDotNetVariable
	rankProgram
)

// appSettingsName matches appsettings.json and appsettings.Production.json.
var appSettingsName = syntax.Pattern(`(?i)^appsettings(?:\.(.+))?\.json$`)

func isAppSettings(r *reading, name string) bool {
	return r.family() == "kestrel" && appSettingsName().MatchString(name)
}

func isCSharp(r *reading, name string) bool {
	return r.family() == "kestrel" && hasSuffix(name, ".cs")
}

// kestrelLimits are the limits of KestrelServerLimits.cs.
var kestrelLimits = map[string]flag{
	"keepalivetimeout":           {name: "keepalive_timeout", read: readTimeSpan},
	"requestheaderstimeout":      {name: "header_timeout", read: readTimeSpan},
	"maxrequestbodysize":         {name: "max_body_size", read: syntax.ReadPositive},
	"maxrequestheaderstotalsize": {name: "max_header_size", read: syntax.ReadPositive},
	"maxconcurrentconnections":   {name: "max_connections", read: syntax.ReadPositive},
}

var timeSpan = syntax.Pattern(`^(?:(\d{1,5})\.)?([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,7}))?)?$`)

// readTimeSpan reads a TimeSpan: [days.]hours:minutes[:seconds[.fraction]], or a
// number of days alone.
func readTimeSpan(s string) (int64, bool) {
	if days, ok := syntax.ReadPositive(s); ok {
		return days * int64(24*time.Hour), days < 100_000
	}
	m := timeSpan().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.ParseInt(m[i+1], 10, 64)
		total += time.Duration(n) * unit
	}
	fraction, _ := strconv.ParseInt((m[5] + "0000000")[:7], 10, 64)
	total += time.Duration(fraction) * 100
	return int64(total), total > 0
}

// readCSharp looks for what decides limits in the program. C# is not evaluated.
func readCSharp(r *reading, f *source.File) {
	text := cComments().ReplaceAllStringFunc(f.Text, func(s string) string {
		if s[0] != '/' {
			return s
		}
		return strings.Repeat(" ", len(s))
	})
	r.bindsLimits = r.bindsLimits || (kestrelConfigure().MatchString(text) && kestrelSection().MatchString(text))
	for _, m := range kestrelMention().FindAllStringSubmatchIndex(text, -1) {
		name := kestrelLimits[strings.ToLower(text[m[2]:m[3]])].name
		r.puzzle(name, source.Span{File: f, Start: m[2], End: m[3]}, rankProgram, "the program sets it, and C# is not evaluated")
	}
	r.kestrelProgram(f, text)
	if m := shutdownMention().FindStringIndex(text); m != nil {
		r.puzzle("shutdown_timeout", source.Span{File: f, Start: m[0], End: m[1]}, rankProgram, "the program sets it, and C# is not evaluated")
	}
}

var (
	cComments        = syntax.Pattern(`(?s)"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/`)
	kestrelConfigure = syntax.Pattern(`\.\s*Configure\s*<\s*KestrelServerOptions\s*>\s*\(`)
	kestrelSection   = syntax.Pattern(`\bGetSection\s*\(\s*"Kestrel"\s*\)`)
	kestrelMention   = syntax.Pattern(`\.\s*(KeepAliveTimeout|RequestHeadersTimeout|MaxRequestBodySize|MaxRequestHeadersTotalSize|MaxConcurrentConnections)\b`)
	shutdownMention  = syntax.Pattern(`\b(?:Use)?ShutdownTimeout\b`)
)

// readAppSettings reads one appsettings file. Kestrel itself takes endpoints from
// it and nothing else: limits hold only where the program binds the section to
// KestrelServerOptions (KestrelConfigurationLoader.cs).
func readAppSettings(r *reading, f *source.File) {
	entries, err := syntax.JSONEntries(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid JSON")
		return
	}
	environment := appSettingsName().FindStringSubmatch(f.Path[strings.LastIndexByte(f.Path, '/')+1:])[1]
	rank, why := rankAppSettings, ""
	if environment != "" {
		rank = rankEnvironmentSettings
		v, known := r.dotNetEnvironment()
		switch {
		case !known:
			why = "it counts in the environment " + environment + ", and whether that is the one is not known"
		case !strings.EqualFold(v, environment):
			return
		}
	}
	for _, e := range entries {
		r.kestrelEntry(e, rank, why)
	}
}

// dotNetEnvironment returns the environment that the application runs in.
func (r *reading) dotNetEnvironment() (string, bool) {
	for _, name := range []string{"ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"} {
		if v, ok := r.env[name]; ok {
			return v.Text, v.Why == ""
		}
	}
	return "", false
}

// kestrelEntry declares one entry of the section Kestrel.
func (r *reading) kestrelEntry(e syntax.KeyValue, rank int, why string) {
	key := strings.ToLower(e.Key)
	limit, isLimit := strings.CutPrefix(key, "kestrel:limits:")
	f, known := kestrelLimits[limit]
	switch {
	case isLimit && known:
		if !r.bindsLimits {
			why = "Kestrel takes limits from its configuration only where the program binds the section Kestrel to KestrelServerOptions"
		}
		r.declared = append(r.declared, optionValue(&f, shellwords.Word{Text: e.Text, Why: why}, e.At, rank))
	case isKestrelProtocol(key):
		r.kestrelProtocols = append(r.kestrelProtocols, declaration{name: key, text: e.Text, at: e.At, rank: rank, why: why})
	case why == "" && strings.HasPrefix(key, "kestrel:endpoints:") && strings.HasSuffix(key, ":url"):
		r.kestrelProtocols = append(r.kestrelProtocols, declaration{name: key, text: e.Text, at: e.At, rank: rank})
		_, address, _ := strings.Cut(e.Text, "://")
		if port := portOf(strings.TrimSuffix(address, "/")); port != "" {
			r.listens(port)
		}
	}
}

// finishKestrel reads the variables that stand for configuration: two underscores
// are a colon.
func (r *reading) finishKestrel() {
	for _, name := range slices.Sorted(maps.Keys(r.env)) {
		if key := strings.ReplaceAll(name, "__", ":"); key != name {
			v := r.env[name]
			r.kestrelEntry(syntax.KeyValue{Key: key, Text: v.Text, At: v.At}, rankDotNetVariable, v.Why)
		}
	}
	r.finishKestrelProtocol()
}
