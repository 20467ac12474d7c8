package appconf

import (
	"net/url"
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf/rubyexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isRubyConf recognises the configuration files of Puma and Unicorn.
func isRubyConf(r *reading, name string) bool {
	return (r.family() == "puma" || r.family() == "unicorn") && hasSuffix(name, ".rb")
}

// rubySettings are the words of the configuration files by family
// (puma/dsl.rb, unicorn/configurator.rb). Those without a reader need a closer look.
var rubySettings = map[string]map[string]flag{
	"puma": {
		"persistent_timeout":        {name: "keepalive_timeout", read: readSeconds},
		"enable_keep_alives":        {name: "keepalive_timeout"},
		"worker_timeout":            {name: "worker_timeout", read: readSeconds},
		"worker_shutdown_timeout":   {name: "shutdown_timeout", read: readSeconds},
		"force_shutdown_after":      {name: "shutdown_timeout"},
		"workers":                   {name: "workers", read: readCount},
		"threads":                   {name: "threads", read: syntax.ReadPositive},
		"max_keep_alive":            {name: "max_requests_per_connection", read: readCount},
		"http_content_length_limit": {name: "max_body_size", read: syntax.ReadPositive},
		"bind":                      {name: "listen_backlog"},
		"port":                      {name: "listen_backlog"},
	},
	"unicorn": {
		"timeout":          {name: "worker_timeout", read: readSeconds},
		"worker_processes": {name: "workers", read: syntax.ReadPositive},
		"listen":           {name: "listen_backlog"},
	},
}

// A rubyConf is a configuration file of Puma or Unicorn that is being read.
type rubyConf struct {
	*reading
	file   *source.File
	locals map[string]rubyexpr.Value
	// sockets are the places to listen at; those without a backlog use the default.
	sockets []declaration
}

// readRubyConf reads the calls at the top level of the file.
func readRubyConf(r *reading, f *source.File) {
	r.serverFiles = append(r.serverFiles, path.Base(f.Path))
	if at, ok := rubyexpr.Trick(f); ok {
		r.giveUp(at, "settings are made by a program")
		return
	}
	statements, why := rubyexpr.Statements(f)
	if len(f.Text) > maxScript {
		statements, why = nil, "too large to be read as source"
	}
	if why != "" {
		r.giveUp(source.Span{File: f}, why)
		return
	}
	c := &rubyConf{reading: r, file: f, locals: map[string]rubyexpr.Value{}}
	for _, st := range statements {
		c.statement(st)
	}
	c.finishSockets()
}

func (c *rubyConf) statement(st rubyexpr.Statement) {
	rest := strings.TrimLeft(st.Rest, " \t")
	isAssignment := strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") && !strings.HasPrefix(rest, "=~")
	known, isSetting := rubySettings[c.family()][st.Name]
	e := &rubyexpr.Expr{Env: c.env, Unread: c.unreadEnvironment.IsValid(), Locals: c.locals, Text: st.Rest}
	switch {
	case isAssignment:
		e.Text = rest[1:]
		c.assign(st, e)
	case strings.HasPrefix(rest, "||=") || strings.HasPrefix(rest, "+=") || strings.HasPrefix(rest, "-=") || strings.HasPrefix(rest, "*="):
		c.locals[st.Name] = rubyexpr.Value{Why: rubyexpr.NotPlain}
	case st.Name == "plugin" && !harmlessPlugin(rest):
		c.giveUp(st.At, "a plugin may change settings")
	case st.Conditional && strings.Contains(st.At.Text(), "ssl"):
		c.hidden(st)
	case isSetting && st.Conditional:
		c.forget(known.name, c.file)
		c.puzzle(known.name, st.At, rankFile, "it is set under a condition")
	case isSetting:
		plain, named := e.Arguments()
		c.call(st, known, plain, named)
	case st.Name == "ssl_bind" && c.family() == "puma":
		c.spoken = append(c.spoken, spokenSocket{speaks: TLS, at: st.At, rank: rankFile})
	default:
		c.hidden(st)
	}
}

// assign notes a local variable.
func (c *rubyConf) assign(st rubyexpr.Statement, e *rubyexpr.Expr) {
	v := e.Value()
	if e.Blanks(); e.Pos < len(e.Text) || st.Conditional {
		v = rubyexpr.Value{Why: firstText(v.Why, rubyexpr.NotPlain)}
	}
	c.locals[st.Name] = v
}

// hidden makes unknown what a statement sets somewhere within it.
func (c *rubyConf) hidden(st rubyexpr.Statement) {
	if c.family() == "puma" && pumaTLS().MatchString(st.At.Text()) {
		c.spoken = append(c.spoken, spokenSocket{at: st.At, rank: rankFile, why: "it is set under a condition"})
	}
	for _, w := range strings.FieldsFunc(rubyexpr.Unquoted(st.At.Text()), func(r rune) bool { return strings.ContainsRune(" \t\r\n(){};,", r) }) {
		if known, ok := rubySettings[c.family()][w]; ok {
			c.forget(known.name, c.file)
			c.puzzle(known.name, st.At, rankFile, "it is set under a condition")
		}
	}
}

// plainBind matches a place to listen at that is computed, but not with TLS.
var plainBind = syntax.Pattern(`["'](?:tcp|unix)://`)

// pumaTLS matches what makes Puma speak TLS.
var pumaTLS = syntax.Pattern(`\bssl_bind\b|\bssl://`)

// harmlessPlugin knows the plugins of Puma that set nothing.
func harmlessPlugin(rest string) bool {
	name := strings.Trim(rest, ` ():"'`)
	return name == "tmp_restart" || name == "systemd" || name == "solid_queue"
}

// call declares what one call sets. Later calls win over earlier ones.
func (c *rubyConf) call(st rubyexpr.Statement, f flag, plain []rubyexpr.Value, named map[string]rubyexpr.Value) {
	if len(plain) == 0 {
		return
	}
	v := plain[0]
	switch st.Name {
	case "bind", "port", "listen":
		c.socket(st, plain, named)
		return
	case "threads":
		v = plain[len(plain)-1]
	}
	if st.Name == "enable_keep_alives" && v.Text == "true" {
		return
	}
	c.forget(f.name, c.file)
	switch {
	case st.Name == "enable_keep_alives" && v.Text == "false":
		c.declare(f.name, 0, st.At, rankFile)
	case f.read == nil:
		c.puzzle(f.name, st.At, rankFile, firstText(v.Why, st.Name+" is not evaluated"))
	default:
		c.declared = append(c.declared, optionValue(&f, shellwords.Word{Text: v.Text, Why: v.Why}, st.At, rankFile))
	}
}

// socket notes one place to listen at.
func (c *rubyConf) socket(st rubyexpr.Statement, plain []rubyexpr.Value, named map[string]rubyexpr.Value) {
	v, backlog := plain[0], named["backlog"]
	address, query := v.Text, ""
	switch st.Name {
	case "bind":
		address, query = pumaBind(v.Text)
	case "port":
		address = readable(address)
		if len(plain) > 1 && plain[1].Why == "" {
			address = plain[1].Text + ":" + address
		}
	default:
		if strings.HasPrefix(address, "/") {
			address = "unix:" + address
		}
	}
	if query != "" {
		backlog = rubyexpr.Value{Text: query}
	}
	unknown := named[""].Why
	if v.Why == "" && address != "" {
		c.listens(address)
	}
	d := declaration{name: "listen_backlog", rank: rankFile}
	if backlog != (rubyexpr.Value{}) || v.Why != "" || unknown != "" {
		d = optionValue(&flag{name: "listen_backlog", read: syntax.ReadPositive}, shellwords.Word{Text: backlog.Text, Why: firstText(v.Why, unknown, backlog.Why)}, st.At, rankFile)
	}
	c.sockets = append(c.sockets, d)
	c.pumaSpeaks(v.Text, address, st.At, firstText(v.Why, unknown))
}

// pumaSpeaks notes what a place to listen at speaks: TLS with ssl://, HTTP without.
func (r *reading) pumaSpeaks(uri, address string, at source.Span, why string) {
	p := HTTP1
	switch {
	case strings.HasPrefix(uri, "ssl://"):
		p = TLS
	case plainBind().MatchString(at.Text()):
		why = ""
	}
	r.spoken = append(r.spoken, spokenSocket{address: address, speaks: p, at: at, rank: rankFile, why: why})
}

// finishSockets declares the backlog when every place to listen at has one.
func (c *rubyConf) finishSockets() {
	why := ""
	for _, d := range c.sockets {
		if !d.at.IsValid() {
			why = "another socket of the server does not set it"
		}
	}
	for _, d := range c.sockets {
		if d.at.IsValid() {
			d.why = firstText(d.why, why)
			c.declared = append(c.declared, d)
		}
	}
}

// pumaBind returns where "tcp://host:port?backlog=N" or "unix:///path" listens
// and the backlog; "" for what it does not say.
func pumaBind(uri string) (address, backlog string) {
	scheme, rest, ok := strings.Cut(uri, "://")
	address, query, _ := strings.Cut(rest, "?")
	if !ok {
		return "", ""
	}
	if values, err := url.ParseQuery(query); err == nil {
		backlog = values.Get("backlog")
	}
	if scheme == "unix" {
		address = "unix:" + address
	}
	return address, backlog
}

// pumaFlags are Puma's options (puma/cli.rb).
var pumaFlags = []flag{
	{"bind", "b", "", nil},
	{"config", "C", "config", nil},
	{"port", "p", "port", nil},
	{"threads", "t", "threads", readPumaThreads},
	{"workers", "w", "workers", readCount},
	{"environment", "e", "", nil},
	{"dir", "", "", nil},
	{"state", "S", "", nil},
	{"include", "I", "", nil},
}

// readPumaThreads reads the largest number of threads of MIN:MAX or MAX.
func readPumaThreads(s string) (int64, bool) {
	if _, most, ok := strings.Cut(s, ":"); ok {
		s = most
	}
	return syntax.ReadPositive(s)
}

// readPuma reads Puma's command line and its variables.
func readPuma(r *reading, c command) {
	r.options(c.args, pumaFlags, true, rankCommand)
	r.pumaBinds(c.args)
	r.unreadVariables()
	for _, v := range []struct {
		variable string
		setting  flag
	}{
		{"WEB_CONCURRENCY", flag{name: "workers", read: readCount}},
		{"MAX_THREADS", flag{name: "threads", read: syntax.ReadPositive}},
		{"PUMA_MAX_THREADS", flag{name: "threads", read: syntax.ReadPositive}},
		{"PUMA_PERSISTENT_TIMEOUT", flag{name: "keepalive_timeout", read: readSeconds}},
	} {
		r.pumaVariable(v.variable, &v.setting)
	}
	if r.pick("config").text != "-" {
		r.pumaCommand = c.whole
	}
}

// pumaVariable declares what a variable sets. That PUMA_PERSISTENT_TIMEOUT counts
// was read in version 7 only.
func (r *reading) pumaVariable(name string, f *flag) {
	v, ok := r.env[name]
	if !ok {
		return
	}
	r.forgetRank(f.name, rankEnvironment)
	d := optionValue(f, shellwords.Word{Text: v.Text, Why: v.Why}, v.At, rankEnvironment)
	if name == "PUMA_PERSISTENT_TIMEOUT" && r.runtime.ID != "puma-7" {
		d.why = "whether this version of Puma reads the variable is not known"
	}
	r.declared = append(r.declared, d)
}

// forgetRank drops what places of one strength declare of a setting.
func (r *reading) forgetRank(name string, rank int) {
	kept := r.declared[:0]
	for _, d := range r.declared {
		if d.name != name || d.rank != rank {
			kept = append(kept, d)
		}
	}
	r.declared = kept
}

// pumaBinds reads every --bind.
func (r *reading) pumaBinds(args []shellwords.Word) {
	for i := range args {
		f, value, glued := matchFlag(args[i], pumaFlags, true)
		if f == nil || f.long != "bind" {
			continue
		}
		at := args[i].At
		if !glued {
			if i+1 == len(args) {
				return
			}
			value = args[i+1]
			at.End = max(at.End, value.At.End)
		}
		address, backlog := pumaBind(value.Text)
		r.pumaSpeaks(value.Text, address, at, value.Why)
		if address != "" && value.Why == "" {
			r.listens(address)
		}
		if backlog != "" || value.Why != "" {
			r.declared = append(r.declared, optionValue(&flag{name: "listen_backlog", read: syntax.ReadPositive}, shellwords.Word{Text: backlog, Why: value.Why}, at, rankCommand))
		}
	}
}

// finishPuma looks for the configuration file, which Puma reads unasked
// (puma/configuration.rb, config_files).
func (r *reading) finishPuma() {
	config := r.pick("config")
	switch {
	case config.at.IsValid() && config.text != "-":
		r.checkServerConfig(shellwords.Word{Text: config.text, Why: config.why}, config.at)
	case r.pumaCommand.IsValid() && len(r.serverFiles) == 0:
		r.giveUp(r.pumaCommand, "Puma reads config/puma.rb, which is not among the application's files")
	}
	r.finishListen()
	r.finishPumaSpeaks()
}

// finishPumaSpeaks decides what Puma speaks where it does not listen with plain
// HTTP alone.
func (r *reading) finishPumaSpeaks() {
	for _, s := range r.spoken {
		if s.speaks != HTTP1 || s.why != "" {
			r.finishSpoken()
			return
		}
	}
}

// unicornFlags are Unicorn's options (bin/unicorn).
var unicornFlags = []flag{
	{"config-file", "c", "config", nil},
	{"listen", "l", "listen", nil},
	{"port", "p", "port", nil},
	{"host", "o", "address", nil},
	{"env", "E", "", nil},
}

func readUnicorn(r *reading, c command) {
	r.options(c.args, unicornFlags, true, rankCommand)
}

// finishUnicorn lets the timeout of a worker bound a request: a worker serves
// one at a time.
func (r *reading) finishUnicorn() {
	if config := r.pick("config"); config.at.IsValid() {
		r.checkServerConfig(shellwords.Word{Text: config.text, Why: config.why}, config.at)
	}
	r.copyAs("worker_timeout", "request_timeout")
	r.finishListen()
}
