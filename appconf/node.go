package appconf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// runsNode reports whether an application of this family is a program for node,
// whose server is configured in JavaScript.
func runsNode(family string) bool {
	return slices.Contains([]string{"node", "express", "koa", "hapi", "fastify", "nestjs", "next"}, family)
}

// isScript recognises JavaScript and TypeScript.
func isScript(r *reading, name string) bool {
	return (r.family() == "" || runsNode(r.family())) &&
		hasSuffix(name, ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
}

// Where node takes a setting from, weakest first: the options of createServer,
// then what is assigned to the server.
const (
	rankOption = iota + 1
	rankAssigned
)

// A property is one of node's http.Server (https://nodejs.org/api/http.html).
type property struct {
	name   string // the setting
	millis bool   // the value is in milliseconds
	// common marks names that many other objects have as well, so that only what is
	// certainly a server counts.
	common bool
}

var serverProperties = map[string]property{
	"keepAliveTimeout":     {name: "keepalive_timeout", millis: true},
	"headersTimeout":       {name: "header_timeout", millis: true},
	"requestTimeout":       {name: "request_read_timeout", millis: true},
	"maxRequestsPerSocket": {name: "max_requests_per_connection"},
	"maxConnections":       {name: "max_connections", common: true},
	"timeout":              {name: "request_timeout", millis: true, common: true},
}

// createOptions are the options of http.createServer that are settings.
var createOptions = map[string]property{
	"keepAliveTimeout": serverProperties["keepAliveTimeout"],
	"headersTimeout":   serverProperties["headersTimeout"],
	"requestTimeout":   serverProperties["requestTimeout"],
	"maxHeaderSize":    {name: "max_header_size"},
}

// fastifyOptions are the options of Fastify() that are settings
// (https://fastify.dev/docs/latest/Reference/Server).
var fastifyOptions = map[string]property{
	"keepAliveTimeout":     serverProperties["keepAliveTimeout"],
	"requestTimeout":       serverProperties["requestTimeout"],
	"connectionTimeout":    {name: "request_timeout", millis: true},
	"maxRequestsPerSocket": serverProperties["maxRequestsPerSocket"],
	"bodyLimit":            {name: "max_body_size"},
	"handlerTimeout":       {name: "request_timeout", millis: true},
}

// maxScript bounds what is read as source; larger files are bundles.
const maxScript = 2 << 20

// readScript reads what a program makes of its HTTP server.
func readScript(r *reading, f *source.File) {
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	if r.scripts == nil {
		r.scripts = map[*source.File]bool{}
	}
	r.scripts[f] = true
	r.speech = newNodeSpeech(r, f)
	s, err := parseScript(r, f)
	if err != nil {
		scanScript(r, f)
		return
	}
	r.parsed++
	s.collect()
	s.read()
}

// tellServersApart makes what a program with several servers sets unknown: it
// cannot be told which of them is behind nginx.
func (r *reading) tellServersApart() {
	if r.servers < 2 {
		return
	}
	for i := range r.declared {
		if d := &r.declared[i]; r.scripts[d.at.File] && d.why == "" && d.name != "shutdown_timeout" && d.name != "speaks" {
			d.why = fmt.Sprintf("the program starts %d servers, and which one this is for cannot be told", r.servers)
		}
	}
}

// number declares a setting from an evaluated expression.
func (r *reading) number(p property, v jsexpr.Value, at source.Span, rank int) {
	scale := int64(1)
	if p.millis {
		scale = int64(time.Millisecond)
	}
	why := v.Why
	switch n := v.Number; {
	case v.Kind != jsexpr.Number && why == "":
		why = "not a number"
	case v.Kind != jsexpr.Number:
	case n < 0 || n != math.Trunc(n) || n > math.MaxInt32:
		why = "not a whole number that a timer or counter can hold"
	default:
		r.declare(p.name, int64(n)*scale, at, rank)
		return
	}
	r.puzzle(p.name, at, rank, why)
}

var (
	shutdownWords = syntax.Pattern(`(?i)SIGTERM|SIGINT|graceful|shutdown|terminus|terminator|stoppable`)
	fastifyWords  = syntax.Pattern(`['"](fastify|@nestjs/platform-fastify)['"]`)
	bodyWords     = syntax.Pattern(`\blimit\b|multer|busboy|formidable`)
)

// finishNode applies what node makes of the declarations.
func (r *reading) finishNode() {
	r.tellServersApart()
	r.fastifyTimes()
	keep, idle := r.pick("keepalive_timeout"), r.pick("request_timeout")
	if keep.at.IsValid() && keep.why == "" && keep.number == 0 {
		r.zeroKeepAlive(keep, idle)
	}
	if !r.understandsShutdown() {
		r.withhold("shutdown_timeout")
	} else if r.runtime != nil {
		r.stop.Handled = source.Known(false, source.Origin{Default: r.runtime.Label + " default", Assumed: true})
	}
}

// fastifyTimes takes connectionTimeout and handlerTimeout together: 0 leaves it to
// the other one, and the shorter of the two ends a request.
func (r *reading) fastifyTimes() {
	var least *declaration
	for i := range r.declared {
		d := &r.declared[i]
		if r.family() != "fastify" || d.name != "request_timeout" || d.rank != rankOption {
			continue
		}
		switch {
		case d.why != "":
			return
		case least == nil || least.number == 0 || (d.number > 0 && d.number < least.number):
			least = d
		}
	}
	if least == nil {
		return
	}
	kept := *least
	r.declared = slices.DeleteFunc(r.declared, func(d declaration) bool { return d.name == "request_timeout" && d.rank == rankOption })
	r.declared = append(r.declared, kept)
}

// zeroKeepAlive replaces keepAliveTimeout = 0, which starts no timer of its own:
// the timer of server.timeout runs on, and without one the connection stays.
// Fastify takes 0 in its options for its default.
func (r *reading) zeroKeepAlive(keep, idle declaration) {
	r.drop("keepalive_timeout")
	switch {
	case r.family() == "fastify" && keep.rank == rankOption:
	case idle.why != "":
		r.puzzle("keepalive_timeout", keep.at, keep.rank, "0 leaves it to server.timeout, which is not known")
	case idle.at.IsValid() && idle.number > 0:
		r.declare("keepalive_timeout", idle.number, keep.at, keep.rank)
	default:
		r.declare("keepalive_timeout", int64(Infinite), keep.at, keep.rank)
	}
}

// understandsShutdown reports whether the application is known to die at once
// when told to stop, as node does where nothing handles the signal.
func (r *reading) understandsShutdown() bool {
	return r.parsed > 0 && r.parsed == len(r.scripts) && !r.handlesSignals
}

// mentions notes subjects of a script that are decided in ways nobody follows.
func (r *reading) mentions(text string) {
	r.handlesSignals = r.handlesSignals || shutdownWords().MatchString(text)
	if bodyWords().MatchString(text) {
		r.withhold("max_body_size")
	}
	if r.family() != "fastify" && fastifyWords().MatchString(text) {
		r.withhold("keepalive_timeout")
		r.withhold("request_read_timeout")
		r.withhold("max_body_size")
	}
}

// serverName matches names that programs give to their HTTP server.
var serverName = syntax.Pattern(`(?i)(server|srv|listener)$`)

// address writes where a server listens as gunicorn and nginx do.
func address(host, port jsexpr.Value) (string, bool) {
	switch {
	case port.Kind == jsexpr.Text && strings.HasPrefix(port.Text, "/"):
		return "unix:" + port.Text, true
	case port.Kind == jsexpr.Text && nonNegative(port.Text), port.Kind == jsexpr.Number && port.Number > 0 && port.Number < 65536:
	default:
		return "", false
	}
	if host.Kind == jsexpr.Text && host.Text != "" {
		return host.Text + ":" + port.String(), true
	}
	return port.String(), true
}

func nonNegative(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
