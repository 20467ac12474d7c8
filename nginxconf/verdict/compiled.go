package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A reader is how a directive reads variables in its arguments.
type reader struct {
	names string // the directives, separated by "|"
	in    nginxconf.Context
	since string // the release from which variables are read; "" for always
	// scripts are the arguments that are compiled; see [statement.script].
	scripts func(s *statement, each func(arg int, text string))
	// late: they are compiled when the levels are merged.
	late bool
}

// readers are the directives whose arguments nginx compiles: complex values and
// scripts. Directives that are not here take "$" as it stands, or have a check
// of their own.
var readers = []reader{
	{names: "add_header|add_trailer", in: anyHTTP, scripts: from(1, 2)},
	{names: "alias|auth_basic_user_file|fastcgi_pass|uwsgi_pass|scgi_pass|grpc_pass|proxy_pass|tunnel_pass|pass", in: anyHTTP | anyStream, scripts: from(0, 1)},
	{names: "root", in: anyHTTP, scripts: from(0, 1)},
	{names: "secure_link|secure_link_md5", in: anyHTTP, scripts: from(0, 1)},
	{names: "auth_basic", in: anyHTTP, since: "1.2.7,1.3.10", scripts: from(0, 1)},
	{names: "auth_request_set|xslt_param|xslt_string_param|js_var", in: anyHTTP | anyStream, scripts: from(1, 2)},
	{names: binds, in: anyHTTP | anyStream, since: "1.11.2", scripts: from(0, 1)},
	{names: "proxy_cache|fastcgi_cache|scgi_cache|uwsgi_cache", in: anyHTTP, since: "1.7.9", scripts: from(0, 1)},
	{names: "proxy_cache_key|fastcgi_cache_key|scgi_cache_key|uwsgi_cache_key", in: anyHTTP, scripts: from(0, 1)},
	{names: "proxy_cache_bypass|fastcgi_cache_bypass|scgi_cache_bypass|uwsgi_cache_bypass", in: anyHTTP, scripts: from(0, all)},
	{names: "proxy_no_cache|fastcgi_no_cache|scgi_no_cache|uwsgi_no_cache|index|early_hints", in: anyHTTP, scripts: from(0, all)},
	{names: "try_files|proxy_cookie_flags", in: anyHTTP, scripts: from(0, all)},
	{names: "proxy_limit_rate|fastcgi_limit_rate|scgi_limit_rate|uwsgi_limit_rate", in: anyHTTP, since: "1.27.0", scripts: from(0, 1)},
	{names: "limit_rate|limit_rate_after", in: anyHTTP, since: "1.17.0", scripts: from(0, 1)},
	{names: "proxy_download_rate|proxy_upload_rate", in: anyStream, since: "1.17.0", scripts: from(0, 1)},
	{names: "limit_conn_zone|limit_req_zone", in: nginxconf.InHTTP | nginxconf.InStream, since: "1.11.2", scripts: from(0, 1)},
	{names: "hash", in: nginxconf.InUpstream | nginxconf.InStreamUpstream, since: "1.11.2", scripts: from(0, 1)},
	{names: "map|split_clients", in: nginxconf.InHTTP | nginxconf.InStream, since: "1.11.0", scripts: from(0, 1)},
	{names: "proxy_method", in: anyHTTP, since: "1.11.6", scripts: from(0, 1)},
	{names: "sub_filter", in: anyHTTP, since: "1.9.4", scripts: from(0, 2)},
	{names: "rewrite|set", in: everywhere, scripts: from(1, 2)},
	{names: "return", in: anyHTTP | nginxconf.InServerIf, scripts: returned},
	{names: "return", in: nginxconf.InStreamServer, scripts: from(0, 1)},
	{names: "proxy_redirect|proxy_cookie_domain|proxy_cookie_path", in: anyHTTP, since: "1.1.11", scripts: replaced},
	{names: "error_page|expires", in: anyHTTP, since: "1.7.9", scripts: last},
	{names: "proxy_store|fastcgi_store|scgi_store|uwsgi_store", in: anyHTTP, scripts: unlessFlag},
	{names: "disable_symlinks", in: anyHTTP, scripts: after("from=")},
	{names: "aio", in: anyHTTP, since: "1.7.11", scripts: after("threads=")},
	{names: "access_log", in: anyHTTP | anyStream, scripts: logged},
	{names: "proxy_ssl_name|grpc_ssl_name|uwsgi_ssl_name", in: anyHTTP | anyStream, since: "1.11.3", scripts: from(0, 1)},
	{names: clientCertificates, in: anyHTTP | anyStream, since: "1.21.0", scripts: from(0, 1)},

	{names: "proxy_set_header|grpc_set_header|fastcgi_param|scgi_param|uwsgi_param", in: anyHTTP, scripts: from(1, 2), late: true},
	{names: "proxy_set_body", in: anyHTTP, scripts: from(0, 1), late: true},
	{names: "ssl_certificate|ssl_certificate_key", in: anyHTTP | anyStream, since: "1.15.9", scripts: from(0, 1), late: true},
}

const (
	all                = 1 << 10 // arguments: to the end
	clientCertificates = "proxy_ssl_certificate|proxy_ssl_certificate_key|grpc_ssl_certificate|grpc_ssl_certificate_key|uwsgi_ssl_certificate|uwsgi_ssl_certificate_key"
)

// compiledSetters are the readers as checks.
var compiledSetters = compiledChecks()

func compiledChecks() []setter {
	var out []setter
	for _, r := range readers {
		out = append(out, setter{r.names, r.in, r.check})
	}
	return out
}

// check compiles the arguments of a directive.
func (r *reader) check(s *statement) {
	switch {
	case !hasVariables(s.Directive) || !s.judge.version.Since(r.since):
	case r.late:
		s.judge.variables.merge(s, r)
	default:
		r.scripts(s, s.script)
	}
}

func hasVariables(d *nginxconf.Directive) bool {
	for i := range d.Args {
		if strings.IndexByte(d.Args[i].Text, '$') >= 0 {
			return true
		}
	}
	return false
}

// script compiles one text of an argument: nginx's word against it, or its
// variables as used.
func (s *statement) script(arg int, text string) {
	if refusal := s.judge.compile(text, usedVariable{Directive: s.Directive, arg: arg, place: s.place}); refusal != "" {
		s.refuse(arg, "%s", refusal)
	}
}

// from returns the arguments first to end, end not included.
func from(first, end int) func(s *statement, each func(int, string)) {
	return func(s *statement, each func(int, string)) {
		for i := first; i < len(s.Args) && i < end; i++ {
			each(i, s.Args[i].Text)
		}
	}
}

// last is the last argument.
func last(s *statement, each func(int, string)) {
	i := len(s.Args) - 1
	each(i, s.Args[i].Text)
}

// after returns what follows a prefix.
func after(prefix string) func(s *statement, each func(int, string)) {
	return func(s *statement, each func(int, string)) {
		for i, a := range s.Args {
			if value, ok := strings.CutPrefix(a.Text, prefix); ok {
				each(i, value)
			}
		}
	}
}

// returned are the text or the address of "return"; a code alone is none.
func returned(s *statement, each func(int, string)) {
	if _, isCode := nginxconf.ParseNumber(s.Arg(0)); len(s.Args) == 2 || !isCode {
		last(s, each)
	}
}

// replaced are what is looked for, unless it is a regex, and its replacement.
func replaced(s *statement, each func(int, string)) {
	if len(s.Args) < 2 {
		return
	}
	if !strings.HasPrefix(s.Arg(0), "~") {
		each(0, s.Arg(0))
	}
	each(1, s.Arg(1))
}

// unlessFlag is the path of a directive that may be on or off instead.
func unlessFlag(s *statement, each func(int, string)) {
	if s.Arg(0) != "on" && s.Arg(0) != "off" {
		each(0, s.Arg(0))
	}
}

// logged are the path of a log and its condition.
func logged(s *statement, each func(int, string)) {
	switch path := s.Arg(0); {
	case path == "off":
		return
	case !strings.HasPrefix(path, "syslog:"):
		each(0, path)
	}
	for i := 2; i < len(s.Args); i++ {
		if condition, ok := strings.CutPrefix(s.Args[i].Text, "if="); ok {
			each(i, condition)
		}
	}
}
