package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

const inRewrite = nginxconf.InServer | nginxconf.InLocation | nginxconf.InServerIf | nginxconf.InLocationIf

var rewriteSetters = []setter{
	{"return", inRewrite, checkReturn},
	{"rewrite", inRewrite, checkRewrite},
	{"if", nginxconf.InServer | nginxconf.InLocation, checkIf},
	{"error_page", anyHTTP, checkErrorPage},
	{"try_files", nginxconf.InServer | nginxconf.InLocation, checkTryFiles},
}

// isRedirect reports whether a text is what rewrite and return send as the
// address of a redirect.
func isRedirect(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "$scheme")
}

// checkReturn is ngx_http_rewrite_return.
func checkReturn(s *statement) {
	code := s.Arg(0)
	n, ok := nginxconf.ParseNumber(code)
	if ok && n <= 999 || !ok && len(s.Args) == 1 && isRedirect(code) || isPlaceholder(code) {
		return
	}
	s.refuse(0, `invalid return code "%s"`, code)
}

// checkRewrite is ngx_http_rewrite; the list of flags is looked at before, but
// a refused regular expression comes first.
func checkRewrite(s *statement) {
	flagged := s.out
	s.out = nil
	if s.Arg(1) == "" {
		s.refuse(1, "empty replacement")
	}
	if s.out == nil {
		s.checkRegex(0, s.Arg(0))
	}
	s.out = append(s.out, flagged...)
}

// checkErrorPage is ngx_http_core_error_page: codes, perhaps "=" or "=code",
// and a URI.
func checkErrorPage(s *statement) {
	codes := s.Args[:len(s.Args)-1]
	i := len(codes) - 1
	if response, ok := strings.CutPrefix(codes[i].Text, "="); ok {
		if _, number := nginxconf.ParseNumber(response); i == 0 || response != "" && !number {
			if !isPlaceholder(response) {
				s.refuse(i, `invalid value "%s"`, codes[i].Text)
			}
			return
		}
		codes = codes[:i]
	}
	for i, a := range codes {
		n, ok := nginxconf.ParseNumber(a.Text)
		switch {
		case isPlaceholder(a.Text):
		case !ok || n == 499:
			s.refuse(i, `invalid value "%s"`, a.Text)
			return
		case n < 300 || n > 599:
			s.refuse(i, `value "%s" must be between 300 and 599`, a.Text)
			return
		}
	}
}

// checkTryFiles finds a last "=code" that is no status.
func checkTryFiles(s *statement) {
	last := len(s.Args) - 1
	code, ok := strings.CutPrefix(s.Arg(last), "=")
	if !ok || isPlaceholder(code) {
		return
	}
	if n, number := nginxconf.ParseNumber(code); !number || n > 999 {
		s.refuse(last, `invalid code "%s"`, s.Arg(last))
	}
}
