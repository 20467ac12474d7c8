package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var stickySetters = []setter{
	{"sticky", nginxconf.InUpstream, checkSticky},
}

// checkSticky is ngx_http_upstream_sticky of nginx 1.29.6 and later; what NGINX
// Plus adds is let pass.
func checkSticky(s *statement) {
	for _, a := range s.Args {
		if isPlaceholder(a.Text) {
			return
		}
	}
	if !s.judge.modules.plus {
		s.checkOnce(always)
	}
	refusal := ""
	arg := 0
	switch s.Arg(0) {
	case "cookie":
		arg, refusal = stickyCookie(s.Directive)
	case "learn":
		arg, refusal = stickyLearn(s.Directive)
	case "route":
	default:
		refusal = `unknown parameter "` + s.Arg(0) + `"`
	}
	if refusal != "" {
		s.refuseAs(InvalidParameter, arg, "%s", refusal)
	}
}

// stickyCookie returns the argument at fault and nginx's words.
func stickyCookie(d *nginxconf.Directive) (arg int, refusal string) {
	if d.Arg(1) == "" {
		return 1, `"sticky" directive empty cookie name`
	}
	seen := map[string]bool{}
	for i := 2; i < len(d.Args); i++ {
		word := d.Arg(i)
		name, value, valued := strings.Cut(word, "=")
		flag := name == "httponly" || name == "secure"
		switch known := flag || name == "expires" || name == "domain" || name == "path" || name == "samesite"; {
		case !known || flag == valued:
			return i, `unknown parameter "` + word + `"`
		case seen[name]:
			return i, `"sticky" directive parameter "` + name + `" is duplicate`
		case name == "expires" && value != "max" && !nginxconf.ReadsTime(value, true), name == "samesite" && !isSameSite(value):
			return i, `"sticky" directive invalid "` + name + `" parameter value`
		case value == "" && (name == "domain" || name == "path"):
			return i, `"sticky" directive no value for "` + name + `"`
		}
		seen[name] = true
	}
	return -1, ""
}

func isSameSite(value string) bool {
	switch strings.ToLower(value) {
	case "strict", "lax", "none":
		return true
	}
	return strings.Contains(value, "$")
}

// stickyLearn returns the argument at fault, -1 for a parameter that is missing,
// and nginx's words.
func stickyLearn(d *nginxconf.Directive) (arg int, refusal string) {
	seen := map[string]bool{}
	for i := 1; i < len(d.Args); i++ {
		word := d.Arg(i)
		name, value, valued := strings.Cut(word, "=")
		switch {
		case word == "header" || word == "sync":
			continue
		case valued && (name == "create" || name == "lookup"):
			if !strings.HasPrefix(value, "$") {
				return i, `"sticky" directive missing variable in the "` + name + `" parameter`
			}
		case valued && (name == "zone" || name == "timeout"):
			if seen[name] {
				return i, `"sticky" directive duplicate ` + name
			}
			if refusal := stickyLearnValue(name, value); refusal != "" {
				return i, `"sticky" directive ` + refusal
			}
		default:
			return i, `unknown parameter "` + word + `"`
		}
		seen[name] = true
	}
	for _, name := range []string{"create", "lookup", "zone"} {
		if !seen[name] {
			return -1, `"sticky" directive "` + name + `" parameter is not specified`
		}
	}
	return -1, ""
}

// smallestStickyZone is eight pages of memory.
const smallestStickyZone = 8 * 4096

func stickyLearnValue(name, value string) string {
	if name == "timeout" {
		if !nginxconf.ReadsTime(value, false) || strings.Trim(value, "0wdhms ") == "" {
			return "invalid timeout"
		}
		return ""
	}
	zone, size, sized := strings.Cut(value, ":")
	n, ok := nginxconf.ParseSize(size, false)
	switch {
	case zone == "" && sized:
		return "zone name is not specified"
	case !sized:
		return "zone size is not specified"
	case !ok:
		return "invalid zone size"
	case n < smallestStickyZone:
		return "zone is too small"
	}
	return ""
}
