package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// genericModules are third-party modules whose kinds of values in the table
// stand for nginx's generic setters; each was asked.
var genericModules = map[string]bool{
	"ngx_http_lua_module": true, "ngx_stream_lua_module": true, "ngx_http_fancyindex_module": true,
}

// readsGenerically reports whether a row's values are read by nginx's generic
// setters, as far as its kind says so.
func (r *judgedRow) readsGenerically() bool {
	return r.Edition == "oss" || r.ThirdParty && genericModules[r.Module] && (valueKinds[r.Kinds] != 0 || strings.HasPrefix(r.Kinds, "bitmask("))
}

// standsOnce reports whether the row's directive is taken once in a scope.
func (r *judgedRow) standsOnce() bool {
	switch {
	case r.Repeat == nginxconf.RepeatError || r.Repeat == nginxconf.RepeatOnce:
		return true
	case r.ThirdParty:
		return genericModules[r.Module] && valueKinds[r.Kinds] != 0
	}
	return false
}

const (
	luaEverywhere = nginxconf.InMain | anyHTTP | anyStream | nginxconf.InUpstream | nginxconf.InStreamUpstream
	luaPhases     = "init|init_worker|exit_worker|ssl_certificate|ssl_session_store|ssl_session_fetch|ssl_client_hello|" +
		"server_rewrite|rewrite|access|precontent|content|log|header_filter|body_filter|balancer|preread"
)

var thirdPartySetters = append(luaHandlers(),
	setter{"lua_shared_dict", nginxconf.InHTTP | nginxconf.InStream, checkLuaDict},
	setter{"lua_malloc_trim|lua_regex_cache_max_entries|lua_regex_match_limit", nginxconf.InHTTP, checkLuaNumber},
	setter{"lua_package_path|lua_package_cpath", nginxconf.InHTTP | nginxconf.InStream, func(s *statement) {
		s.checkOnce(func(d *nginxconf.Directive) bool { return d.Arg(0) != "" })
	}},
	setter{"js_fetch_protocols", anyHTTP | anyStream, checkFetchProtocols},
	setter{"fancyindex_header|fancyindex_footer", anyHTTP, checkFancyFile},
	setter{"js_import|js_preload_object", anyHTTP | anyStream, checkFrom},
	setter{"js_body_filter", anyHTTP, checkBodyFilter},
)

// luaHandlers are the directives that set the handler of a phase, which only
// one of them may.
func luaHandlers() []setter {
	var out []setter
	for phase := range strings.SplitSeq(luaPhases, "|") {
		name := phase + "_by_lua"
		out = append(out, setter{name + "|" + name + "_block|" + name + "_file", luaEverywhere, func(s *statement) {
			s.checkHandler(name)
			if strings.Contains(luaNeedsCode, "|"+phase+"|") {
				s.checkCode()
			}
		}})
	}
	return out
}

// luaNeedsCode are the phases whose handler must not be empty.
const luaNeedsCode = "|init|server_rewrite|rewrite|access|content|log|header_filter|body_filter|"

// checkCode refuses a handler without any code; one blank in a block is code.
func (s *statement) checkCode() {
	const message = "invalid location config: no runnable Lua code"
	switch {
	case !s.Certain():
	case s.Block == nil && s.Arg(0) == "":
		s.refuse(0, message)
	case s.Block != nil && strings.HasSuffix(s.Span().Text(), "{}"):
		s.refuse(-1, message)
		s.out[len(s.out)-1].Noticed = s.Block.CloseSpan()
	}
}

// checkHandler refuses a second handler of the phase.
func (s *statement) checkHandler(name string) {
	for _, d := range s.scope.Items() {
		if d == s.Directive {
			return
		}
		if stem, ok := strings.CutPrefix(d.Name, name); ok && (stem == "" || stem == "_block" || stem == "_file") && d.Certain() && s.Certain() {
			s.refuseHandler()
			return
		}
	}
}

// refuseHandler refuses a handler; that of a block is set at its end.
func (s *statement) refuseHandler() {
	if !strings.HasSuffix(s.Name, "_block") {
		s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate`, s.Name)
		return
	}
	s.refuseAs(DuplicateDirective, -1, "is duplicate")
	end := s.Span()
	end.Start = end.End - 1
	s.out[len(s.out)-1].Noticed = end
}

func always(*nginxconf.Directive) bool { return true }

func checkLuaDict(s *statement) {
	if s.Arg(0) == "" {
		s.refuseWord(0, `invalid lua shared dict name "%s"`, "")
	}
	if n, ok := nginxconf.ParseSize(s.Arg(1), false); !ok || n < 2*pageSize {
		s.refuseWord(1, `invalid lua shared dict size "%s"`, s.Arg(1))
	}
}

func checkLuaNumber(s *statement) {
	_, ok := nginxconf.ParseNumber(s.Arg(0))
	switch {
	case s.Name != "lua_malloc_trim":
		if !ok {
			s.refuseWord(0, `"%s" directive invalid number`, s.Name)
		}
		s.checkOnce(always)
	case !ok:
		s.refuseWord(0, `"%s" directive invalid number in the 1st argument`, s.Name)
	}
}

func checkFancyFile(s *statement) {
	s.checkOnce(always)
	if kind := s.Arg(1); len(s.Args) > 1 && kind != "subrequest" && kind != "local" && s.plain(1) {
		s.refuseWord(1, `unknown header/footer kind "%s"`, kind)
	}
}

func checkFetchProtocols(s *statement) {
	for i, a := range s.Args {
		switch strings.ToLower(a.Text) {
		case "sslv2", "sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3":
		default:
			s.refuseWord(i, `invalid value "%s"`, a.Text)
		}
	}
}

// checkFrom reads "NAME from FILE".
func checkFrom(s *statement) {
	if len(s.Args) == 3 && s.Arg(1) != "from" && s.plain(1) {
		s.refuseWord(1, invalidParameter, s.Arg(1))
	}
}

func checkBodyFilter(s *statement) {
	s.checkOnce(always)
	if kind, ok := strings.CutPrefix(s.Arg(1), "buffer_type="); ok && kind != "string" && kind != "buffer" && s.plain(1) {
		s.refuseWord(1, `invalid buffer_type value "%s", it must be "string" or "buffer"`, s.Arg(1))
	}
}
