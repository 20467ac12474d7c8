package appconf

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A commandServer is a server that is configured by its command line.
type commandServer struct {
	program string
	flags   []flag
	// prefixes reports whether a long option may be cut short.
	prefixes bool
	// environment is how variables that stand for options begin; "" when none do.
	environment string
	// concurrency reports whether WEB_CONCURRENCY counts the workers.
	concurrency bool
}

// commandServers are the servers by family. Options that are no setting are
// listed where an option cut short could be taken for another.
var commandServers = map[string]*commandServer{
	"uvicorn": { // uvicorn/main.py
		program: "uvicorn", environment: "UVICORN_", concurrency: true,
		flags: []flag{
			{"timeout-keep-alive", "", "keepalive_timeout", readSeconds},
			{"timeout-graceful-shutdown", "", "shutdown_timeout", readSeconds},
			{"timeout-worker-healthcheck", "", "worker_timeout", readSeconds},
			{"backlog", "", "listen_backlog", readCount},
			{"workers", "", "workers", readCount},
			{"limit-concurrency", "", "max_connections", readCount},
			{"limit-max-requests", "", "max_requests_per_worker", readCount},
			{"h11-max-incomplete-event-size", "", "max_header_size", syntax.ReadPositive},
			{"ws-ping-interval", "", "ping_interval", readFractionalSeconds},
			{"ws", "", "ws", nil},
			{"http", "", "http", nil},
			{"ssl-keyfile", "", "tls", nil},
			{"ssl-certfile", "", "tls", nil},
			{"host", "", "address", nil},
			{"port", "", "port", nil},
			{"uds", "", "unix", nil},
		},
	},
	"hypercorn": { // hypercorn/__main__.py
		program: "hypercorn", prefixes: true,
		flags: []flag{
			{"keep-alive", "", "keepalive_timeout", readSeconds},
			{"keyfile", "", "tls", nil},
			{"keyfile-password", "", "", nil},
			{"certfile", "", "tls", nil},
			{"insecure-bind", "", "insecure", nil},
			{"websocket-ping-interval", "", "ping_interval", readSeconds},
			{"graceful-timeout", "", "shutdown_timeout", readSeconds},
			{"group", "g", "", nil},
			{"backlog", "", "listen_backlog", readCount},
			{"bind", "b", "listen", nil},
			{"workers", "w", "workers", readCount},
			{"worker-class", "k", "", nil},
			{"max-requests", "", "max_requests_per_worker", readCount},
			{"max-requests-jitter", "", "", nil},
			{"config", "c", "config", nil},
		},
	},
	"waitress": { // waitress/adjustments.py
		program: "waitress-serve", prefixes: true,
		flags: []flag{
			{"channel-timeout", "", "keepalive_timeout", readSeconds},
			{"channel-request-lookahead", "", "", nil},
			{"threads", "", "threads", readCount},
			{"connection-limit", "", "max_connections", readCount},
			{"backlog", "", "listen_backlog", readCount},
			{"max-request-body-size", "", "max_body_size", syntax.ReadPositive},
			{"max-request-header-size", "", "max_header_size", syntax.ReadPositive},
			{"listen", "", "listen", nil},
			{"host", "", "address", nil},
			{"port", "", "port", nil},
			{"unix-socket", "", "unix", nil},
			{"unix-socket-perms", "", "", nil},
		},
	},
	"daphne": { // daphne/cli.py
		program: "daphne", prefixes: true,
		flags: []flag{
			{"http-timeout", "t", "request_timeout", readSeconds},
			{"ping-interval", "", "ping_interval", readSeconds},
			{"ping-timeout", "", "", nil},
			{"bind", "b", "address", nil},
			{"port", "p", "port", nil},
			{"unix-socket", "u", "unix", nil},
			{"endpoint", "e", "endpoint", nil},
		},
	},
	"granian": { // granian/cli.py
		program: "granian", environment: "GRANIAN_",
		flags: []flag{
			{"backlog", "", "listen_backlog", readCount},
			{"workers", "", "workers", readCount},
			{"http1-header-read-timeout", "", "header_timeout", readPositiveMillis},
			{"workers-kill-timeout", "", "shutdown_timeout", readSeconds},
			{"http", "", "http", nil},
			{"ssl-certificate", "", "tls", nil},
			{"ssl-keyfile", "", "tls", nil},
			{"host", "", "address", nil},
			{"port", "", "port", nil},
			{"uds", "", "unix", nil},
		},
	},
}

// readFractionalSeconds reads seconds with or without a fraction.
func readFractionalSeconds(s string) (int64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	ok := err == nil && v >= 0 && v < 1e9 && strings.Trim(s, "0123456789.") == ""
	if !ok {
		return 0, false
	}
	return int64(v * 1e9), true
}

// readPositiveMillis reads milliseconds of which there is at least one.
func readPositiveMillis(s string) (int64, bool) {
	v, ok := readMillis(s)
	return v, ok && v != int64(Infinite)
}

// readCommandServer reads the arguments of such a server and the variables that
// stand for arguments.
func readCommandServer(r *reading, c command) {
	s := commandServers[r.family()]
	r.options(c.args, s.flags, s.prefixes, rankCommand)
	for _, w := range c.args {
		switch {
		case r.family() == "granian" && w.Text == "--no-http1-keep-alive":
			r.declare("keepalive_timeout", 0, w.At, rankCommand)
		case r.family() == "uvicorn" && w.Text == "--http2":
			r.declared = append(r.declared, declaration{name: "h2c", text: "true", at: w.At, rank: rankCommand})
		}
	}
	if s.environment != "" {
		r.serverEnvironment(s)
	}
}

// serverEnvironment reads the variables that stand for options: they are named
// like them, in capitals.
func (r *reading) serverEnvironment(s *commandServer) {
	r.unreadVariables()
	for i := range s.flags {
		f := &s.flags[i]
		v, ok := r.env[s.environment+strings.ToUpper(strings.ReplaceAll(f.long, "-", "_"))]
		if ok {
			r.declared = append(r.declared, optionValue(f, shellwords.Word{Text: v.Text, Why: v.Why}, v.At, rankArguments))
		}
	}
	if v, ok := r.env["WEB_CONCURRENCY"]; ok && s.concurrency {
		r.declared = append(r.declared, optionValue(&flag{name: "workers", read: readCount}, shellwords.Word{Text: v.Text, Why: v.Why}, v.At, rankEnvironment))
	}
	if v, ok := r.env["GRANIAN_HTTP1_KEEP_ALIVE"]; ok && r.family() == "granian" {
		r.granianKeepAlive(v)
	}
	if v, ok := r.env["UVICORN_HTTP2"]; ok && r.family() == "uvicorn" {
		r.declared = append(r.declared, declaration{name: "h2c", text: v.Text, at: v.At, rank: rankArguments, why: v.Why})
	}
}

// unreadVariables gives up when a file of variables was not read, for servers
// that take settings from variables.
func (r *reading) unreadVariables() {
	if r.unreadEnvironment.IsValid() {
		r.giveUp(r.unreadEnvironment, "variables come from a file that is not read")
	}
}

// finishCommandServer gives the options their meaning.
func (r *reading) finishCommandServer() {
	r.finishPythonCalls()
	if r.family() == "hypercorn" {
		r.finishHypercorn()
	}
	r.finishCommandProtocol()
	r.granianIdle()
	if ws := r.pick("ws"); r.family() == "uvicorn" && ws.at.IsValid() && (ws.why != "" || ws.text == "none" || ws.text == "wsproto") {
		r.puzzle("ping_interval", ws.at, rankCommand, "whether this implementation of WebSockets sends pings is not known")
	}
	if http := r.pick("http"); r.family() == "uvicorn" && (http.text != "h11" || http.why != "") {
		r.onlyAs("max_header_size", "it counts with --http h11 only")
	}
	if e := r.pick("endpoint"); e.at.IsValid() {
		r.puzzle("listen_backlog", e.at, rankCommand, "endpoint descriptions are not evaluated")
	} else {
		r.finishSocket()
	}
}

// onlyAs makes a declared setting unknown.
func (r *reading) onlyAs(name, why string) {
	r.doubt(func(d *declaration) bool { return d.name == name && d.at.IsValid() }, why)
}

// finishSocket notes where host, port and socket make the server listen.
func (r *reading) finishSocket() {
	if unix := r.pick("unix"); unix.at.IsValid() {
		if unix.why == "" {
			r.listens("unix:" + unix.text)
		}
		return
	}
	r.finishListen()
}

// checkServerConfig gives up when the command line names a configuration file
// that was not read.
func (r *reading) checkServerConfig(config shellwords.Word, at source.Span) {
	for _, name := range r.serverFiles {
		if config.Why == "" && strings.HasSuffix("/"+config.Text, "/"+name) {
			return
		}
	}
	r.giveUp(at, "the configuration file is not among the application's files")
}
