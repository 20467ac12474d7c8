package verdict

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A usedVariable is a variable that nginx itself does not define, where it is
// read.
type usedVariable struct {
	*nginxconf.Directive
	place
	arg  int
	name string // in lower case
}

// A variableUse is what a configuration reads of variables.
type variableUse struct {
	used   []usedVariable
	shared []sharedScripts
	merged []Verdict
}

// sharedScripts are arguments on the level of http or stream that are compiled
// for the servers that inherit them.
type sharedScripts struct {
	statement
	*reader
}

// compile reads the variables of a text; it returns what nginx has against it.
// u says where the text stands.
func (j *judge) compile(text string, u usedVariable) string {
	for {
		name, rest, refusal := nextVariable(text, true)
		switch {
		case refusal != "" && isPlaceholderName(name):
			return ""
		case refusal != "" || name == "":
			return refusal
		}
		j.use(name, u)
		text = rest
	}
}

// use notes that a variable is read.
func (j *judge) use(name string, u usedVariable) {
	u.name = strings.ToLower(name)
	known := variablesOf(u.context).find(u.name)
	if known != nil && (known.foreign || j.version.Since(known.since)) || isPlaceholderName(name) {
		return
	}
	if isKnown(u.Directive) {
		j.variables.used = append(j.variables.used, u)
	}
}

// merge compiles what nginx compiles when it merges the levels: the lists of
// every server and of all within.
func (u *variableUse) merge(s *statement, r *reader) {
	if !isKnown(s.Directive) {
		return
	}
	if s.scope.Context&(nginxconf.InHTTP|nginxconf.InStream) != 0 {
		u.shared = append(u.shared, sharedScripts{*s, r})
		return
	}
	u.compile(s, r)
}

func (u *variableUse) compile(s *statement, r *reader) {
	r.scripts(s, func(arg int, text string) {
		refusal := s.judge.compile(text, usedVariable{Directive: s.Directive, arg: arg, place: s.place})
		if refusal != "" {
			u.merged = append(u.merged, Verdict{Kind: InvalidValue, Directive: s.Directive, Context: s.context, Scope: s.scope,
				Arg: arg, Noticed: endOfArea(s.scope), Message: refusal})
		}
	})
}

// mergedScripts returns what nginx has against texts when it merges the levels.
func mergedScripts(j *judge) []Verdict {
	for i := range j.variables.shared {
		if s := &j.variables.shared[i]; inherited(s.scope, s.Name) {
			j.variables.compile(&s.statement, s.reader)
		}
	}
	return j.variables.merged
}

// inherited reports whether a server has the list of http or stream.
func inherited(s *nginxconf.Scope, name string) bool {
	return slices.ContainsFunc(s.Children, func(server *nginxconf.Scope) bool {
		return server.Context&(nginxconf.InServer|nginxconf.InStreamServer) != 0 && len(server.Own(name)) == 0
	})
}

// endOfArea is the "}" of the http or stream block around a scope.
func endOfArea(s *nginxconf.Scope) source.Span {
	area := s.Enclosing(nginxconf.InHTTP | nginxconf.InStream)
	if area == nil || area.Directive == nil {
		return source.Span{}
	}
	return area.Directive.Block.CloseSpan()
}

// unknownVariables are the variables that are read and defined nowhere. nginx
// looks for them at the end of http and of stream, and names no line.
func unknownVariables(j *judge) []Verdict {
	if len(j.variables.used) == 0 || !j.version.Since(firstKnown) || j.variablesMayHide() {
		return nil
	}
	defined := j.definedVariables()
	if defined.unsure {
		return nil
	}
	var out []Verdict
	for _, u := range j.variables.used {
		if !defined.has(u.name, u.context) && !mayBeNewer(u.name, j.version) {
			out = append(out, j.unknownVariable(u, defined))
		}
	}
	return out
}

func (j *judge) unknownVariable(u usedVariable, defined *definedVariables) Verdict {
	v := Verdict{Kind: UndefinedReference, Directive: u.Directive, Context: u.context, Scope: u.scope, Arg: u.arg,
		Late: true, Message: quoted(unknownVariable, u.name)}
	if known := variablesOf(u.context).find(u.name); known != nil {
		v.Kind, v.Since = NeedsNewer, known.since
		return v
	}
	v.Suggestion = defined.nearest(&u)
	return v
}

// lastAsked is the newest release that was asked about every variable.
var lastAsked = nginxconf.Version{1, 30, 6}

// mayBeNewer reports whether a name may be that of a variable which a later
// release than was asked added to one of the families that grow.
func mayBeNewer(name string, v nginxconf.Version) bool {
	if !lastAsked.Less(v) {
		return false
	}
	for _, family := range []string{"ssl_", "upstream_", "proxy_", "tunnel_", "request_", "http3", "quic"} {
		if strings.HasPrefix(name, family) {
			return true
		}
	}
	return false
}

// variablesMayHide reports whether something that is not read, or a module whose
// variables are not known, may define more.
func (j *judge) variablesMayHide() bool {
	if len(j.modules.strange) > 0 {
		return true
	}
	for id := range j.modules.ids {
		if !variablesKnown[id] && !ownModule(shortName(id)) {
			return true
		}
	}
	if slices.ContainsFunc(j.out, func(v Verdict) bool { return v.Kind == UnknownDirective && len(v.ThirdParty) > 0 }) {
		return true
	}
	hides := false
	j.config.Root.Walk(func(s *nginxconf.Scope) {
		hides = hides || s.MayHold("set") || s.MayHold("map")
	})
	return hides
}

// variablesKnown are the third-party modules that define no variables but those
// of the table and what their directives name.
var variablesKnown = map[string]bool{
	"ndk_http_module": true, "ngx_http_lua_module": true, "ngx_stream_lua_module": true, "ngx_http_lua_upstream_module": true,
	"ngx_http_lua_kong_module": true, "ngx_mail_ssl_ct_module": true,
	"ngx_http_headers_more_filter_module": true, "ngx_http_echo_module": true, "ngx_http_set_misc_module": true,
	"ngx_http_brotli_filter_module": true, "ngx_http_brotli_static_module": true, "ngx_http_geoip2_module": true,
	"ngx_stream_geoip2_module": true, "ngx_http_cache_purge_module": true, "ngx_http_dav_ext_module": true,
	"ngx_http_fancyindex_module": true, "ngx_http_subs_filter_module": true, "ngx_http_auth_pam_module": true,
	"ngx_http_vhost_traffic_status_module": true, "ngx_nchan_module": true, "ngx_http_modsecurity_module": true,
	"ngx_otel_module": true, "ngx_http_upstream_fair_module": true,
}
