package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var resolverSetters = []setter{
	{"resolver", anyHTTP | anyStream | anyMail | nginxconf.InUpstream | nginxconf.InStreamUpstream, checkResolver},
}

// checkResolver is ngx_resolver_create: parameters and name servers in any
// order, of the latter at least one.
func checkResolver(s *statement) {
	if s.context&anyMail != 0 && (s.Arg(0) == "off" || strings.HasPrefix(s.Arg(0), "off\x00")) {
		return
	}
	servers, off := 0, 0
	for i, a := range s.Args {
		name, value, _ := strings.Cut(a.Text, "=")
		switch {
		case isPlaceholder(a.Text):
			return
		case name == "valid" && a.Text != name:
			if !nginxconf.ReadsTime(value, true) {
				s.refuse(i, "invalid parameter: %s", a.Text)
			}
		case name == "ipv6" && a.Text != name, name == "ipv4" && a.Text != name && s.judge.version.Since("1.23.1"):
			if value != "on" && value != "off" {
				s.refuse(i, "invalid parameter: %s", a.Text)
			} else if value == "off" {
				off |= map[string]int{"ipv4": 1, "ipv6": 2}[name]
			}
		case strings.Contains(a.Text, "="):
			servers++ // judged as a parameter
		default:
			servers++
			if _, refusal := readAddress(a.Text, 0); refusal != "" {
				s.refuse(i, `%s in resolver "%s"`, refusal, a.Text)
			}
		}
	}
	switch {
	case len(s.out) > 0:
	case off == 1|2:
		s.refuse(-1, `"ipv4" and "ipv6" cannot both be "off"`)
	case servers == 0:
		s.refuse(-1, "no name servers defined")
	}
}
