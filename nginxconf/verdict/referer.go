package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// checkReferers is ngx_http_valid_referers.
func checkReferers(s *statement) {
	for i, a := range s.Args {
		word := a.Text
		switch {
		case isRefererWord(word), isPlaceholder(word) && !strings.HasPrefix(word, "~"):
		case word == "":
			s.refuse(i, `invalid referer "%s"`, word)
			return
		case word == "~":
			s.refuse(i, `empty regex in "%s"`, word)
			return
		case strings.HasPrefix(word, "~"):
			if !s.checkRegex(i, word[1:]) {
				return
			}
		case !s.checkRefererHost(i):
			return
		}
	}
}

func isRefererWord(word string) bool {
	return word == "none" || word == "blocked" || word == "server_names"
}

// checkRefererHost looks at one name, and at those before it of the scope.
func (s *statement) checkRefererHost(arg int) bool {
	host, _, _ := strings.Cut(s.Arg(arg), "/")
	if !isHashName(host) {
		s.refuse(arg, `invalid hostname or wildcard "%s"`, host)
		return false
	}
	for _, d := range s.scope.Own("valid_referers") {
		for i, a := range d.Args {
			if d == s.Directive && i == arg {
				return true
			}
			earlier, _, _ := strings.Cut(a.Text, "/")
			if refererHost(a.Text) && hashNamesClash(earlier, host) && isKnown(d) {
				s.refuse(arg, `conflicting parameter "%s"`, host)
				return false
			}
		}
	}
	return true
}

// refererHost reports whether a word of valid_referers is a name or wildcard.
func refererHost(word string) bool {
	return word != "" && word[0] != '~' && !isRefererWord(word) && !isPlaceholder(word)
}

// isHashName reports whether nginx takes a word as a name or wildcard of a
// hash (ngx_hash_add_key): one "*" at most, as the first label or the last.
func isHashName(name string) bool {
	stars := strings.Count(name, "*")
	if stars > 1 || strings.Contains(name, "..") || strings.Contains(name, "\x00") {
		return false
	}
	if strings.HasPrefix(name, ".") && len(name) > 1 || stars == 0 {
		return true
	}
	return len(name) > 2 && (strings.HasPrefix(name, "*.") || strings.HasSuffix(name, ".*"))
}

// hashNamesClash reports whether a second name of a hash is taken already:
// ".a" is both "a" and "*.a".
func hashNamesClash(first, second string) bool {
	if strings.EqualFold(first, second) {
		return true
	}
	return clashes(first, second) || clashes(second, first)
}

func clashes(both, one string) bool {
	if len(both) < 2 || both[0] != '.' {
		return false
	}
	return strings.EqualFold(both[1:], one) || strings.HasPrefix(one, "*") && strings.EqualFold(both, one[1:])
}

// lonelyReferers finds a level where "none" or "blocked" stand without any
// name. nginx looks for it when it merges http.
func lonelyReferers(j *judge) []Verdict {
	var out []Verdict
	j.walkHTTP("valid_referers", func(s *nginxconf.Scope) {
		own := s.Own("valid_referers")
		if len(own) == 0 || s.Context&(nginxconf.InServer|nginxconf.InLocation) == 0 || refererNamed(own) {
			return
		}
		out = append(out, Verdict{
			Kind: InvalidValue, Directive: own[0], Context: s.Context, Scope: s, Arg: -1, Late: true,
			Message: `the "none" or "blocked" referers are specified in the "valid_referers" directive without any valid referer`,
		})
	})
	return out
}

// refererNamed reports whether the directives of a level have, or may have, what
// a referer can be compared with; or have neither "none" nor "blocked".
func refererNamed(own []*nginxconf.Directive) bool {
	words := 0
	for _, d := range own {
		if !isKnown(d) {
			return true
		}
		for _, a := range d.Args {
			switch {
			case a.Text == "none" || a.Text == "blocked":
				words++
			case !strings.HasPrefix(a.Text, "~"):
				return true
			}
		}
	}
	return words == 0
}
