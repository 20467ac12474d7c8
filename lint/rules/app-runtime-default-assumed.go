package rules

import (
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var runtimeDefaultAssumed = &lint.Rule{
	Name:  "app/runtime-default-assumed",
	Title: "figures of an application are the defaults of its runtime",
	Why: "Nothing that was read sets them, so findings rest on what the runtime does by itself. " +
		"A value that the program sets in a way that is not read, such as an environment variable of the machine, makes them wrong. " +
		"What stands in tunelint.yaml is taken instead.",
	Refs:     []string{docsConfiguration},
	Severity: lint.Info,
	Verbose:  true,
	Run:      runRuntimeDefaultAssumed,
}

func runRuntimeDefaultAssumed(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		if a.Runtime == nil {
			continue
		}
		var names []string
		var taken []appFigure
		for _, f := range appFigures(a) {
			if f.known && strings.HasPrefix(f.origin.Default, a.Runtime.Label) {
				names, taken = append(names, f.key), append(taken, f)
			}
		}
		if len(taken) == 0 {
			continue
		}
		r := p.Report(a.Span, "nothing declares %s of %s: %s decides", lint.Briefly(names), a.Name, a.Runtime.Label).Key("app %s", a.Name)
		for _, f := range taken {
			r.SeeOrigin(f.origin, "%s is %s", f.key, appValue(f.key, f.value))
		}
	}
}

// An appFigure is one figure of an application in base units.
type appFigure struct {
	key    string
	value  int64
	known  bool
	origin source.Origin
}

// appFigures returns what runtimes have defaults for, by key of tunelint.yaml.
func appFigures(a *appconf.App) []appFigure {
	return []appFigure{
		figureOf("keepalive_timeout", a.KeepAlive),
		figureOf("request_timeout", a.RequestTimeout),
		figureOf("max_requests_per_connection", a.MaxRequestsPerConnection),
		figureOf("max_connections", a.MaxConnections),
		figureOf("listen_backlog", a.ListenBacklog),
		figureOf("workers", a.Workers),
		figureOf("shutdown_timeout", a.ShutdownTimeout),
		figureOf("max_body_size", a.MaxBodySize),
		figureOf("max_header_size", a.MaxHeaderSize),
		figureOf("header_timeout", a.HeaderTimeout),
		figureOf("request_read_timeout", a.RequestReadTimeout),
		figureOf("worker_timeout", a.WorkerTimeout),
	}
}

func figureOf[T ~int | ~int64](key string, s source.Setting[T]) appFigure {
	return appFigure{key, int64(s.Value), s.Known, s.Origin}
}
