package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var nameSetters = []setter{
	{"server_name", nginxconf.InServer | nginxconf.InStreamServer, checkServerName},
	{"valid_referers", nginxconf.InServer | nginxconf.InLocation, checkReferers},
}

// checkServerName is ngx_http_core_server_name.
func checkServerName(s *statement) {
	for i, a := range s.Args {
		name := a.Text
		switch {
		case isPlaceholder(name) && !strings.HasPrefix(name, "~"):
		case strings.HasPrefix(name, "*") && (len(name) < 3 || name[1] != '.'), name == ".":
			s.refuse(i, `server name "%s" is invalid`, name)
			return
		case name == "~":
			s.refuse(i, `empty regex in server name "%s"`, name)
			return
		case strings.HasPrefix(name, "~") && !s.checkRegex(i, name[1:]):
			return
		}
	}
}

// serverNames finds names that nginx cannot put into the hash of an address.
// There is one only where names choose between servers, and where the default
// server's name has captures.
func serverNames(j *judge) []Verdict {
	var strange []*nginxconf.Directive
	for _, server := range j.config.HTTPServers() {
		for _, d := range server.Own("server_name") {
			if strangeName(d) >= 0 {
				strange = append(strange, d)
			}
		}
	}
	if strange == nil {
		return nil
	}
	var out []Verdict
	for _, a := range j.config.Addresses() {
		if len(a.Servers) < 2 {
			continue
		}
		for _, server := range a.Servers {
			for _, d := range server.Own("server_name") {
				if i := strangeName(d); i >= 0 {
					out = append(out, Verdict{
						Kind: InvalidValue, Directive: d, Context: server.Context, Scope: server, Arg: i, Late: true,
						Message: `invalid server name or wildcard "` + d.Arg(i) + `" on ` + strings.Replace(a.Name, "*:", "0.0.0.0:", 1),
					})
				}
			}
		}
	}
	return out
}

// strangeName returns the index of a name that no hash takes, -1 for none.
func strangeName(d *nginxconf.Directive) int {
	for i, a := range d.Args {
		if name := a.Text; !strings.HasPrefix(name, "~") && (strings.Contains(name, "*") || strings.Contains(name, "..")) {
			if !isHashName(name) && !isPlaceholder(name) && isKnown(d) {
				return i
			}
		}
	}
	return -1
}
