package appconf

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// Where gunicorn takes a setting from, weakest first (gunicorn/app/base.py):
// the environment's own defaults, the configuration file, GUNICORN_CMD_ARGS, the
// command line.
const (
	rankEnvironment = iota + 1
	rankFile
	rankArguments
	rankCommand
)

// gunicornFlags are gunicorn's options (gunicorn/config.py).
var gunicornFlags = []flag{
	{"bind", "b", "listen", nil},
	{"workers", "w", "workers", readCount},
	{"worker-class", "k", "worker_class", nil},
	{"worker-connections", "", "max_connections", readCount},
	{"worker-tmp-dir", "", "", nil},
	{"threads", "", "threads", readCount},
	{"timeout", "t", "worker_timeout", readSeconds},
	{"graceful-timeout", "", "shutdown_timeout", readSeconds},
	{"keep-alive", "", "keepalive_timeout", readSeconds},
	{"backlog", "", "listen_backlog", readCount},
	{"max-requests", "", "max_requests_per_worker", readCount},
	{"max-requests-jitter", "", "", nil},
	{"limit-request-field_size", "", "max_header_size", nil},
	{"limit-request-fields", "", "", nil},
	{"limit-request-line", "", "", nil},
	{"protocol", "", "protocol", nil},
	{"keyfile", "", "tls", nil},
	{"certfile", "", "tls", nil},
	{"http-protocols", "", "http protocols", nil},
	{"http2-cleartext", "", "h2c", nil},
	{"config", "c", "config", nil},
}

// readCount reads a count that is not negative.
func readCount(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil && v >= 0
}

// readSeconds reads whole seconds that are not negative.
func readSeconds(s string) (int64, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	return v * int64(time.Second), err == nil && v >= 0 && v <= math.MaxInt64/int64(time.Second)
}

// readGunicorn reads the arguments of a gunicorn command line and what the
// environment adds to them.
func readGunicorn(r *reading, c command) {
	r.options(c.args, gunicornFlags, true, rankCommand)
	if v, ok := r.env["GUNICORN_CMD_ARGS"]; ok {
		if v.Why != "" {
			r.giveUp(v.At, "GUNICORN_CMD_ARGS is not known: "+v.Why)
		}
		words := shellwords.Split(v.Text, nil)
		for i := range words {
			words[i].At = v.At
		}
		r.options(words, gunicornFlags, true, rankArguments)
	}
	if v, ok := r.env["WEB_CONCURRENCY"]; ok {
		r.declared = append(r.declared, optionValue(&flag{name: "workers", read: readCount}, shellwords.Word{Text: v.Text, Why: v.Why}, v.At, rankEnvironment))
	}
}

// gunicornPresets are the presets by worker class.
var gunicornPresets = map[string]string{
	"sync": "gunicorn-sync", "gunicorn.workers.sync.SyncWorker": "gunicorn-sync",
	"gthread": "gunicorn-gthread", "gunicorn.workers.gthread.ThreadWorker": "gunicorn-gthread",
	"gevent": "gunicorn-gevent", "gunicorn.workers.ggevent.GeventWorker": "gunicorn-gevent",
	"eventlet": "gunicorn-gevent", "gunicorn.workers.geventlet.EventletWorker": "gunicorn-gevent",
	"asgi": "gunicorn-asgi",
}

// gunicornPreset returns the preset of a worker class, "" for an unknown one. A
// sync worker with threads is a gthread worker (gunicorn/config.py, worker_class).
func gunicornPreset(class string, threads int64) string {
	id := gunicornPresets[class]
	switch {
	case id == "gunicorn-sync" && threads > 1:
		return "gunicorn-gthread"
	case hasSuffix(class, ".UvicornWorker", ".UvicornH11Worker"):
		return "gunicorn-uvicorn-worker"
	}
	return id
}

// finishGunicorn chooses the preset by worker class and gives the settings the
// meaning they have for that class.
func (r *reading) finishGunicorn() {
	r.checkGunicornConfig()
	r.onlyAs("max_header_size", "it limits one field, not the header")
	if r.runtime.ID == "gunicorn" {
		r.chooseWorkerClass()
	}
	r.gunicornProtocol()
	switch r.runtime.ID {
	case "gunicorn-sync": // closes after each answer, and --timeout bounds a request
		r.drop("keepalive_timeout")
		r.drop("max_connections")
		r.copyAs("worker_timeout", "request_timeout")
	case "gunicorn-asgi": // both options have no effect
		r.drop("keepalive_timeout")
		r.copyAs("listen_backlog", "backlog_asked")
		r.drop("listen_backlog")
		r.drop("max_connections")
	case "gunicorn-uvicorn-worker":
		r.drop("max_connections")
	case "gunicorn": // what it means depends on the class
		for _, name := range []string{"keepalive_timeout", "listen_backlog", "max_connections"} {
			r.unsettle(name)
			r.withhold(name)
		}
	}
}

// chooseWorkerClass replaces the family by the preset of the worker class, where
// every place that could name the class was read.
func (r *reading) chooseWorkerClass() {
	class, threads := r.pick("worker_class"), r.pick("threads")
	switch {
	case class.why != "" || threads.why != "":
		at := class.at
		if class.why == "" {
			at = threads.at
		}
		r.skips = append(r.skips, source.Skip{Span: at, Why: "the worker class is not known: " + class.why + threads.why})
		return
	case !class.at.IsValid() && (!r.commanded || r.opaque != ""):
		return
	case !class.at.IsValid():
		class.text = "sync"
	}
	id := gunicornPreset(class.text, threads.number)
	switch {
	case id == "":
		r.skips = append(r.skips, source.Skip{Span: class.at, Why: "worker class " + strconv.Quote(spelling.Abbreviate(class.text)) + " is not known"})
	case id == "gunicorn-sync" && r.opaque != "" && !threads.at.IsValid():
		// threads may be set where nobody looked, and make it a gthread worker
	default:
		r.runtime = r.runtime.Sibling(id)
	}
}

// checkGunicornConfig gives up when the command line names a configuration file
// that was not read.
func (r *reading) checkGunicornConfig() {
	config := r.pick("config")
	if !config.at.IsValid() || (config.why == "" && r.readConfig(config.text)) {
		return
	}
	r.giveUp(config.at, "the configuration file is not among the application's files")
}

// readConfig reports whether the configuration file of that name was read; the
// directory it has in production is not known here.
func (r *reading) readConfig(name string) bool {
	return r.gunicornConf != "" && strings.HasSuffix("/"+strings.TrimPrefix(name, "file:"), "/"+r.gunicornConf)
}

// copyAs declares one setting with the places of another.
func (r *reading) copyAs(from, to string) {
	for _, d := range r.declared {
		if d.name == from {
			d.name = to
			r.declared = append(r.declared, d)
		}
	}
}

// unsettle makes a declared setting unknown.
func (r *reading) unsettle(name string) {
	if d := r.pick(name); d.at.IsValid() {
		r.drop(name)
		r.puzzle(name, d.at, rankCommand, "what it means depends on the worker class, which is not known")
	}
}
