package verdict

import "github.com/tunelint/tunelint/nginxconf"

// secureLinks finds a level with both ways of secure links, which nginx
// notices when it merges http.
func secureLinks(j *judge) []Verdict {
	var out []Verdict
	j.walkHTTP("secure_link_secret", func(s *nginxconf.Scope) {
		secret := s.Last("secure_link_secret")
		if secret == nil || s.Context == nginxconf.InHTTP || s.Last("secure_link") == nil && s.Last("secure_link_md5") == nil || anyTemplate(s.Items()) {
			return
		}
		out = append(out, Verdict{
			Kind: InvalidValue, Directive: secret, Context: s.Context, Scope: s, Arg: -1, Noticed: closeOf(s.Enclosing(nginxconf.InHTTP)),
			Message: `"secure_link_secret" cannot be mixed with "secure_link" and "secure_link_md5"`,
		})
	})
	return out
}
