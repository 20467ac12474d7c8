package appconf

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf/pyexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

// isGunicornConf recognises gunicorn's configuration file, a Python module.
func isGunicornConf(r *reading, name string) bool {
	return r.family() == "gunicorn" && hasSuffix(name, ".py")
}

// gunicornNames maps the names of the configuration file to settings.
var gunicornNames = map[string]flag{
	"bind":               {name: "listen"},
	"workers":            {name: "workers", read: readCount},
	"worker_class":       {name: "worker_class"},
	"worker_connections": {name: "max_connections", read: readCount},
	"threads":            {name: "threads", read: readCount},
	"timeout":            {name: "worker_timeout", read: readSeconds},
	"graceful_timeout":   {name: "shutdown_timeout", read: readSeconds},
	"keepalive":          {name: "keepalive_timeout", read: readSeconds},
	"backlog":            {name: "listen_backlog", read: readCount},
	"max_requests":       {name: "max_requests_per_worker", read: readCount},
	"protocol":           {name: "protocol"},
	"keyfile":            {name: "tls"},
	"certfile":           {name: "tls"},
	"http_protocols":     {name: "http protocols"},
	"http2_cleartext":    {name: "h2c"},

	"limit_request_field_size": {name: "max_header_size"},
}

// readGunicornConf reads the assignments at the top level of the module.
func readGunicornConf(r *reading, f *source.File) {
	for _, trick := range []string{"globals(", "locals(", "vars(", "exec(", "import *", "setattr("} {
		if i := strings.Index(f.Text, trick); i >= 0 {
			r.giveUp(source.Span{File: f, Start: i, End: i + len(trick)}, "names are set by a program")
			return
		}
	}
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	r.gunicornConf = path.Base(f.Path)
	m := &pyexpr.Module{File: f, Env: r.env, CPUs: r.cpus, Values: map[string]pyexpr.Value{}}
	for _, st := range m.Statements() {
		name, value, conditional, ok := m.Assignment(st)
		if !ok {
			continue
		}
		if known, isSetting := gunicornNames[name]; isSetting {
			r.gunicornSetting(known, st, value, conditional)
		}
	}
}

// gunicornSetting declares one name of the configuration file. Later statements
// win over earlier ones, so an assignment forgets what the file said before.
func (r *reading) gunicornSetting(f flag, st pyexpr.Statement, v pyexpr.Value, conditional bool) {
	r.forget(f.name, st.At.File)
	switch {
	case conditional:
		r.puzzle(f.name, st.At, rankFile, "it is set under a condition")
		return
	case f.name == "listen":
		for _, address := range v.Texts {
			r.listens(address)
		}
		return
	}
	if v.Why != "" || len(v.Texts) != 1 {
		r.puzzle(f.name, st.At, rankFile, firstText(v.Why, "not a single value"))
		return
	}
	r.declared = append(r.declared, optionValue(&f, shellwords.Word{Text: v.Texts[0]}, st.At, rankFile))
}

// forget drops what a file declared of a setting.
func (r *reading) forget(name string, f *source.File) {
	kept := r.declared[:0]
	for _, d := range r.declared {
		if d.name != name || d.at.File != f {
			kept = append(kept, d)
		}
	}
	r.declared = kept
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
