package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

const (
	passContexts = nginxconf.InServer | nginxconf.InLocation | nginxconf.InLocationIf | nginxconf.InLimitExcept
	plainPasses  = "fastcgi_pass|scgi_pass|uwsgi_pass|grpc_pass|memcached_pass|tunnel_pass"
)

var passSetters = []setter{
	{"proxy_pass", passContexts, checkProxyPass},
	{plainPasses, passContexts, checkPass},
	{"proxy_pass", nginxconf.InStreamServer, checkPass},
	{"pass", nginxconf.InStreamServer, checkStreamPass},
}

// passSchemes are what may stand in front of the address, in any case.
var passSchemes = map[string][]string{
	"proxy_pass": {"http://", "https://"},
	"uwsgi_pass": {"uwsgi://", "suwsgi://"},
	"grpc_pass":  {"grpc://", "grpcs://"},
}

// passAddress returns the address of a *_pass directive without its scheme, and
// how it is read; false where variables make it up for each request, and where
// the word cannot be read at all.
func passAddress(d *nginxconf.Directive, in nginxconf.Context) (word string, form urlForm, ok bool) {
	word = d.Arg(0)
	if len(d.Args) == 0 || isPlaceholder(word) || strings.Contains(word, "$") {
		return word, 0, false
	}
	if in&nginxconf.InStreamServer != 0 {
		return word, 0, true
	}
	for _, scheme := range passSchemes[d.Name] {
		if word, ok = cutScheme(word, scheme); ok {
			break
		}
	}
	if d.Name == "proxy_pass" {
		return word, urlWithPath, ok
	}
	return word, 0, true
}

// cutScheme cuts a scheme such as "http://" off, in any case.
func cutScheme(word, scheme string) (rest string, ok bool) {
	if len(word) < len(scheme) || !strings.EqualFold(word[:len(scheme)], scheme) {
		return word, false
	}
	return word[len(scheme):], true
}

// checkProxyPass is ngx_http_proxy_pass.
func checkProxyPass(s *statement) {
	word, form, ok := passAddress(s.Directive, s.context)
	switch {
	case ok:
		s.passRefusal(word, form)
	case !strings.Contains(s.Arg(0), "$") && !isPlaceholder(s.Arg(0)):
		s.refuse(0, "invalid URL prefix")
		s.suggestScheme()
	}
}

// suggestScheme proposes http:// where it alone is missing.
func (s *statement) suggestScheme() {
	word := s.Arg(0)
	if strings.Contains(word, "://") || strings.HasPrefix(word, "/") {
		return
	}
	s.suggest("http://"+word, func(string) bool {
		a, refusal := readAddress(word, urlWithPath)
		return refusal == "" && (a.ip.IsValid() || a.hasPort() || a.unix)
	})
}

// checkPass judges the others, which take an address alone.
func checkPass(s *statement) {
	if word, form, ok := passAddress(s.Directive, s.context); ok {
		s.passRefusal(word, form)
	}
}

// passRefusal judges the address, and where a path may follow it.
func (s *statement) passRefusal(word string, form urlForm) {
	a, refusal := readAddress(word, form)
	switch {
	case refusal != "":
		s.refuse(0, `%s in upstream "%s"`, refusal, word)
		if _, bare, ok := strings.Cut(word, "://"); ok && form == 0 {
			s.suggest(bare, func(string) bool { a, refusal := readAddress(bare, 0); return refusal == "" && a.hasPort() })
		}
	case a.path != "" && s.takesNoPath():
		s.refuse(0, `"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block`)
	}
}

// takesNoPath reports whether the location has no name that a path could
// replace.
func (s *statement) takesNoPath() bool {
	if s.context != nginxconf.InLocation {
		return true
	}
	d := s.scope.Directive
	if d == nil || !d.Certain() {
		return false
	}
	return strings.HasPrefix(d.Arg(0), "@") || isRegexLocation(d)
}

// isRegexLocation reports whether a location is given by a regular expression;
// the modifier may be glued to it.
func isRegexLocation(d *nginxconf.Directive) bool { return strings.HasPrefix(d.Arg(0), "~") }

// checkStreamPass is ngx_stream_pass: an address to listen on, which needs no
// upstream.
func checkStreamPass(s *statement) {
	word := s.Arg(0)
	if strings.Contains(word, "$") || isPlaceholder(word) {
		return
	}
	a, refusal := readAddress(word, 0)
	switch {
	case refusal != "":
		s.refuse(0, `%s in "%s" of the "pass" directive`, refusal, word)
	case a.unix:
	case !a.ip.IsValid():
		s.refuse(0, `"pass" directive has no addresses`)
	case !a.hasPort():
		s.refuse(0, `"pass" directive has no port`)
	}
}
