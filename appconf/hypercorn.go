package appconf

import (
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/tunelint/tunelint/appconf/pyexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isHypercornConf recognises hypercorn's configuration files, and programs that
// make a configuration.
func isHypercornConf(r *reading, name string) bool {
	return r.family() == "hypercorn" && hasSuffix(name, ".toml", ".py")
}

// hypercornNames are the attributes of hypercorn's Config that are settings
// (hypercorn/config.py).
var hypercornNames = map[string]flag{
	"bind":                    {name: "listen"},
	"keep_alive_timeout":      {name: "keepalive_timeout", read: readFractionalSeconds},
	"keep_alive_max_requests": {name: "max_requests_per_connection", read: syntax.ReadPositive},
	"graceful_timeout":        {name: "shutdown_timeout", read: readFractionalSeconds},
	"backlog":                 {name: "listen_backlog", read: readCount},
	"workers":                 {name: "workers", read: readCount},
	"max_requests":            {name: "max_requests_per_worker", read: readCount},
	"h11_max_incomplete_size": {name: "max_header_size", read: syntax.ReadPositive},
	"websocket_ping_interval": {name: "ping_interval", read: readFractionalSeconds},
	"certfile":                {name: "tls"},
	"keyfile":                 {name: "tls"},
	"insecure_bind":           {name: "insecure"},
}

var hypercornImport = syntax.Pattern(`(?m)^[ \t]*(?:from|import)[ \t]+hypercorn\b`)

// readHypercornConf reads one file.
func readHypercornConf(r *reading, f *source.File) {
	switch {
	case len(f.Text) > maxScript:
		r.giveUp(source.Span{File: f}, "too large to be read as source")
	case hasSuffix(f.Path, ".toml"):
		r.serverFiles = append(r.serverFiles, path.Base(f.Path))
		r.hypercornTOML(f)
	case hypercornImport().MatchString(pyexpr.PlainCode(f.Text)):
		r.hypercornProgram(f)
	default:
		r.serverFiles = append(r.serverFiles, path.Base(f.Path))
		m := &pyexpr.Module{File: f, Env: r.env, CPUs: r.cpus, Values: map[string]pyexpr.Value{}}
		for _, st := range m.Statements() {
			name, value, conditional, ok := m.Assignment(st)
			if known, isSetting := hypercornNames[name]; ok && isSetting {
				r.gunicornSetting(known, st, value, conditional)
			}
		}
	}
}

// hypercornTOML reads the keys at the top of a TOML file.
func (r *reading) hypercornTOML(f *source.File) {
	p := unstable.Parser{}
	p.Reset([]byte(f.Text))
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.KeyValue {
			break // a table: its keys are no options
		}
		key := e.Key()
		if !key.Next() || !key.IsLast() {
			continue
		}
		name := key.Node()
		known, ok := hypercornNames[string(name.Data)]
		if !ok {
			continue
		}
		start := int(name.Raw.Offset)
		end := min(max(start+1, strings.IndexByte(f.Text[start:]+"\n", '\n')+start), len(f.Text))
		st := pyexpr.Statement{At: source.Span{File: f, Start: start, End: end}}
		if v := e.Value(); v.Raw.Length > 0 && v.Kind != unstable.Array {
			st.At.End = int(v.Raw.Offset + v.Raw.Length)
		}
		r.gunicornSetting(known, st, tomlValue(e.Value()), false)
	}
	if err := p.Error(); err != nil {
		r.giveUp(source.Span{File: f}, "not valid TOML")
	}
}

// tomlValue returns a number, a text, or a list of texts.
func tomlValue(n *unstable.Node) pyexpr.Value {
	switch n.Kind {
	case unstable.Integer, unstable.Float:
		return pyexpr.Value{Texts: []string{strings.ReplaceAll(string(n.Data), "_", "")}}
	case unstable.String:
		return pyexpr.Value{Texts: []string{string(n.Data)}, IsText: true}
	case unstable.Array:
		v := pyexpr.Value{IsText: true}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.String {
				return pyexpr.Unknown("not a list of texts")
			}
			v.Texts = append(v.Texts, string(it.Node().Data))
		}
		return v
	}
	return pyexpr.Unknown("not a number or text")
}

var (
	hypercornMade      = syntax.Pattern(`^(\w+)(?:[ \t]*:[ \t]*\w+)?[ \t]*=[ \t]*(?:\w+\.)*Config(?:\.(from_\w+))?\([ \t]*(?:["']([^"']*)["'])?`)
	hypercornAttribute = syntax.Pattern(`^(\w+)\.(\w+)[ \t]*=([^=].*|$)`)
)

// hypercornProgram reads "config = Config()" and "config.name = value".
func (r *reading) hypercornProgram(f *source.File) {
	m := &pyexpr.Module{File: f, Env: r.env, CPUs: r.cpus, Values: map[string]pyexpr.Value{}}
	statements := m.Statements()
	m.Assignments(statements)
	made := map[string]bool{}
	for i, st := range statements {
		if c := hypercornMade().FindStringSubmatch(st.Text); c != nil {
			made[c[1]] = true
			r.hypercornSource(st, c[2], c[3])
		}
		a := hypercornAttribute().FindStringSubmatchIndex(st.Text)
		if a == nil || !made[st.Text[a[2]:a[3]]] {
			continue
		}
		known, ok := hypercornNames[st.Text[a[4]:a[5]]]
		if !ok {
			continue
		}
		scope := m
		if st.InBody {
			scope = m.Constants()
		}
		e := &pyexpr.Expr{Module: scope, Text: st.Text[a[6]:]}
		v := e.Value()
		if e.Blanks() < len(e.Text) && v.Why == "" {
			v = pyexpr.Unknown("computed value")
		}
		r.gunicornSetting(known, st, v, pyexpr.IsConditional(statements, i))
	}
	if len(made) == 0 {
		r.giveUp(source.Span{File: f}, "no configuration is made here")
	}
	r.hypercornPrograms = append(r.hypercornPrograms, f)
}

// hypercornSource reads where a program takes its configuration from.
func (r *reading) hypercornSource(st pyexpr.Statement, function, file string) {
	switch {
	case function == "":
	case (function == "from_toml" || function == "from_pyfile") && file != "":
		r.hypercornFiles = append(r.hypercornFiles, shellwords.Word{Text: file, At: st.At})
	default:
		r.giveUp(st.At, "options come from an object that is not read")
	}
}

// finishHypercorn looks for the file that the command line names. Files that
// nothing names count where there is no command.
func (r *reading) finishHypercorn() {
	config := r.pick("config")
	if config.at.IsValid() {
		text := strings.TrimPrefix(config.text, "file:")
		if module, ok := strings.CutPrefix(config.text, "python:"); ok {
			text = strings.ReplaceAll(module, ".", "/") + ".py"
		}
		r.checkServerConfig(shellwords.Word{Text: text, Why: config.why}, config.at)
	}
	for _, w := range r.hypercornFiles {
		r.checkServerConfig(w, w.At)
	}
	if !r.commanded || r.pythonCommand != (shellwords.Word{}) {
		return
	}
	r.doubt(func(d *declaration) bool {
		return d.at.IsValid() && (slices.Contains(r.hypercornPrograms, d.at.File) || (!config.at.IsValid() && slices.Contains(r.serverFiles, path.Base(d.at.File.Path))))
	}, "the command line does not name this file")
}
