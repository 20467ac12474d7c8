package verdict

import "github.com/tunelint/tunelint/nginxconf"

// secureLinks finds a level with both ways of secure links, which nginx
// notices when it merges http.
func secureLinks(j *judge) []Verdict {
	if !j.config.Has("secure_link_secret") {
		return nil
	}
	http := j.blockOf(nginxconf.InHTTP)
	if http == nil {
		return nil
	}
	var out []Verdict
	http.Walk(func(s *nginxconf.Scope) {
		secret := s.Last("secure_link_secret")
		if secret == nil || s == http || s.Last("secure_link") == nil && s.Last("secure_link_md5") == nil || anyTemplate(s.Items()) {
			return
		}
		out = append(out, Verdict{
			Kind: InvalidValue, Directive: secret, Context: s.Context, Scope: s, Arg: -1, Noticed: closeOf(http),
			Message: `"secure_link_secret" cannot be mixed with "secure_link" and "secure_link_md5"`,
		})
	})
	return out
}
