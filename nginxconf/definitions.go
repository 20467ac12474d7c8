package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Definition gives something a name that other directives use.
type Definition struct {
	// What is the directive's name, or what it makes: "upstream", "log_format",
	// "limit_req_zone", "map".
	What string
	// Name is without the "$" of a variable.
	Name      string
	Directive *Directive
	// Arg is the index of the argument that holds the name.
	Arg int
}

// Span is where the name stands.
func (d Definition) Span() source.Span { return d.Directive.ArgSpan(d.Arg) }

// definitionOf reads the directives that define upstreams, zones for limits and
// caches, log formats and variables that are made from others.
func definitionOf(d *Directive) (Definition, bool) {
	def := Definition{What: d.Name, Directive: d}
	last := len(d.Args) - 1
	switch d.Name {
	case "upstream", "log_format":
		def.Name = d.Arg(0)
	case "limit_req_zone", "limit_conn_zone":
		def.Arg, def.Name = d.Param("zone")
	case "proxy_cache_path", "fastcgi_cache_path", "uwsgi_cache_path", "scgi_cache_path":
		def.Arg, def.Name = d.Param("keys_zone")
	case "map", "geo", "split_clients":
		def.Arg = last
		if name, ok := strings.CutPrefix(d.Arg(last), "$"); ok && last >= 0 && d.Block != nil {
			def.Name = strings.ToLower(name)
		}
	}
	if strings.HasSuffix(d.Name, "_zone") || strings.HasSuffix(d.Name, "_path") {
		def.Name, _, _ = strings.Cut(def.Name, ":")
	}
	return def, def.Name != "" && def.Arg >= 0
}

// usage is what the directives of a configuration refer to.
type usage struct {
	definitions []Definition
	variables   map[string][]*Directive // by lower-case name
	words       map[string]bool         // "upstream backend", "log_format main" …
	foreign     []*Directive            // of modules whose arguments are not known
	computed    map[string]bool         // what is chosen by variables: "upstream", "proxy_cache_path" …
	code        bool                    // what was not read may use variables by any name
}

// Unused returns the definitions that no directive refers to, in order. Where
// names are computed, or code may use them, nothing is said of that kind.
func (c *Config) Unused() []Definition {
	u := &usage{variables: map[string][]*Directive{}, words: map[string]bool{}, computed: map[string]bool{}}
	for _, doc := range c.Documents {
		u.read(doc.Directives)
	}
	return slices.DeleteFunc(u.definitions, u.isUsed)
}

func (u *usage) read(list []*Directive) {
	for _, d := range list {
		def, defines := definitionOf(d)
		if defines {
			u.definitions = append(u.definitions, def)
		}
		for i, a := range d.Args {
			if !defines || i != def.Arg {
				u.readVariables(d, a.Text)
			}
		}
		u.readNames(d)
		switch {
		case d.Block == nil:
		case isVerbatim(d.Name):
			u.readEntries(d.Block.Directives)
		default:
			u.read(d.Block.Directives)
		}
	}
}

// readEntries reads the body of a map and its like. A file that it includes was
// not read, and may hold variables.
func (u *usage) readEntries(list []*Directive) {
	for _, d := range list {
		u.readVariables(d, d.Name+" "+d.ArgText())
		u.code = u.code || d.Name == "include"
	}
}

// readVariables notes what looks like a variable: "$" or "${" and a word.
func (u *usage) readVariables(d *Directive, text string) {
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			return
		}
		text = strings.TrimPrefix(text[at+1:], "{")
		end := 0
		for end < len(text) && isWordByte(text[end]) {
			end++
		}
		if end > 0 {
			name := strings.ToLower(text[:end])
			u.variables[name] = append(u.variables[name], d)
		}
		text = text[end:]
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// readNames notes what a directive refers to by name.
func (u *usage) readNames(d *Directive) {
	switch {
	case strings.HasSuffix(d.Name, "_pass"):
		u.refer("upstream", passHost(d.Arg(0)))
	case d.Name == "limit_req":
		_, zone := d.Param("zone")
		u.refer("limit_req_zone", zone)
	case d.Name == "limit_conn":
		u.refer("limit_conn_zone", d.Arg(0))
	case d.Name == "access_log":
		u.refer("log_format", d.Arg(1))
	case strings.HasSuffix(d.Name, "_cache") && settingOfLocation(d.Name):
		u.refer(d.Name+"_path", d.Arg(0))
	case strings.Contains(d.Name, "_by_lua"), strings.HasPrefix(d.Name, "js_"), strings.HasPrefix(d.Name, "perl"),
		d.Name == "ssi" && d.Arg(0) == "on":
		u.code = true
	}
	if !slices.ContainsFunc(Lookup(d.Name), func(def *Def) bool { return !def.ThirdParty }) {
		u.foreign = append(u.foreign, d)
	}
}

func (u *usage) refer(what, name string) {
	if strings.Contains(name, "$") {
		u.computed[what] = true
	}
	u.words[what+" "+strings.ToLower(name)] = true
}

// passHost returns the host of a pass directive's target, without port and URI.
func passHost(target string) string {
	if _, rest, ok := strings.Cut(target, "://"); ok {
		target = rest
	}
	address, _ := splitAddress(target)
	if strings.Contains(target, "$") {
		return target
	}
	host, _, _ := strings.Cut(address, ":")
	return host
}

func (u *usage) isUsed(d Definition) bool {
	switch d.What {
	case "map", "geo", "split_clients":
		return u.code || impliedVariable(d.Name) ||
			slices.ContainsFunc(u.variables[d.Name], func(at *Directive) bool { return at.Parent == nil || at.Parent.Owner != d.Directive })
	}
	return u.computed[d.What] || u.words[d.What+" "+strings.ToLower(d.Name)] ||
		slices.ContainsFunc(u.foreign, func(at *Directive) bool { return strings.Contains(at.Name+" "+at.ArgText(), d.Name) })
}

// impliedVariable reports whether modules read a variable without its being
// named in the configuration.
func impliedVariable(name string) bool {
	for _, prefix := range []string{"http_", "arg_", "cookie_", "sent_", "upstream_", "srcache_", "uid_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"args", "limit_rate", "memcached_key", "redis_key", "redis_db", "document_root"}, name)
}
