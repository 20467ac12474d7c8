package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var proxySetters = []setter{
	{"proxy_redirect", anyHTTP, checkProxyRedirect},
	{"proxy_cookie_domain|proxy_cookie_path|proxy_cookie_flags", anyHTTP, checkProxyCookie},
	{"proxy_store|fastcgi_store|uwsgi_store|scgi_store", anyHTTP, checkStorePath},
	{"fastcgi_split_path_info", anyHTTP, checkSplitPath},
}

// checkProxyRedirect reads a word alone as "off" or "default", and a pair as
// what to replace, a regular expression or not.
func checkProxyRedirect(s *statement) {
	switch {
	case s.switchedOff(), !s.plain(0):
		return
	case len(s.Args) == 1 && s.Arg(0) == "default":
		s.checkDefaultRedirect()
	case len(s.Args) == 1:
		s.refuseWord(0, invalidParameter, s.Arg(0))
	case strings.HasPrefix(s.Arg(0), "~"):
		s.checkRegex(0, strings.TrimPrefix(s.Arg(0)[1:], "*"))
	}
}

// checkDefaultRedirect looks for the proxy_pass that "default" is made of.
func (s *statement) checkDefaultRedirect() {
	for _, d := range s.scope.Items() {
		switch {
		case d == s.Directive:
			s.refuse(0, `"proxy_redirect default" should be placed after the "proxy_pass" directive`)
			return
		case !isKnown(d) || d.Name == "include" && !s.judge.seesAll():
			return
		case d.Name == "proxy_pass" && strings.Contains(d.Arg(0), "$"):
			if !isPlaceholder(d.Arg(0)) {
				s.refuse(0, `"proxy_redirect default" cannot be used with "proxy_pass" directive with variables`)
			}
			return
		case d.Name == "proxy_pass":
			return
		}
	}
}

// checkProxyCookie reads pairs in which a regular expression may come first; a
// star tells upper and lower case apart for paths alone.
func checkProxyCookie(s *statement) {
	if s.switchedOff() || !s.plain(0) {
		return
	}
	pattern, ok := strings.CutPrefix(s.Arg(0), "~")
	if s.Name == "proxy_cookie_path" {
		pattern = strings.TrimPrefix(pattern, "*")
	}
	switch {
	case len(s.Args) == 1:
		s.refuseWord(0, invalidParameter, s.Arg(0))
	case ok:
		s.checkRegex(0, pattern)
	}
}

// switchedOff refuses "off" beside another of the same name, and reports
// whether the directive is "off" or refused.
func (s *statement) switchedOff() bool {
	off := isOff(s.Directive)
	for _, d := range s.scope.Own(s.Name) {
		if d == s.Directive {
			break
		}
		if (off || isOff(d)) && isKnown(d) && s.Certain() && s.plain(0) && s.judge.version.Since("1.19.3") {
			s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate`, s.Name)
			return true
		}
	}
	return off
}

func isOff(d *nginxconf.Directive) bool { return len(d.Args) == 1 && d.Arg(0) == "off" }

// checkStorePath finds an empty path, which older releases take.
func checkStorePath(s *statement) {
	if s.Arg(0) == "" && s.judge.version.Since(emptyStoreRefused) {
		s.refuse(0, "empty path")
	}
}

// emptyStoreRefused is a release that refuses an empty path; 1.22.1 does not.
const emptyStoreRefused = "1.30.6"

// checkSplitPath finds a pattern without exactly two captures.
func checkSplitPath(s *statement) {
	if !s.plain(0) || !s.checkRegex(0, s.Arg(0)) {
		return
	}
	if n, sure := countCaptures(s.Arg(0)); sure && n != 2 {
		s.refuseWord(0, `pattern "%s" must have 2 captures`, s.Arg(0))
	}
}
