package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

const anyUpstream = nginxconf.InUpstream | nginxconf.InStreamUpstream

var upstreamSetters = []setter{
	{"server", anyUpstream, checkUpstreamServer},
	{"keepalive", nginxconf.InUpstream, checkKeepalive},
	{"random", anyUpstream, checkRandom},
}

// checkUpstreamServer is ngx_http_upstream_server and its twin of stream: the
// parameters first, then the address.
func checkUpstreamServer(s *statement) {
	if len(s.out) > 0 {
		return
	}
	for i := range s.Args[1:] {
		s.serverParameter(i + 1)
	}
	word := s.Arg(0)
	if len(s.out) > 0 || isPlaceholder(word) {
		return
	}
	a, refusal := readAddress(word, 0)
	switch {
	case refusal != "":
		s.refuseAs(BadUpstreamServer, 0, `%s in upstream "%s"`, refusal, word)
		s.suggestServer(word)
	case s.context == nginxconf.InStreamUpstream && !a.hasPort() && !a.unix && !s.hasParam("service="):
		s.refuseAs(BadUpstreamServer, 0, `no port in upstream "%s"`, word)
	default:
		s.service(&a)
	}
}

// suggestServer proposes the address where a scheme is written in front of it.
func (s *statement) suggestServer(word string) {
	_, bare, ok := strings.Cut(word, "://")
	if bare = strings.TrimSuffix(bare, "/"); !ok || bare == "" {
		return
	}
	s.suggest(bare, func(meant string) bool {
		a, refusal := readAddress(meant, 0)
		return refusal == "" && (s.context == nginxconf.InUpstream || a.hasPort())
	})
}

// serverParameter judges the value of a known parameter, and whether the
// balancing method set before has it.
func (s *statement) serverParameter(i int) {
	word := s.Arg(i)
	name, value, valued := strings.Cut(word, "=")
	switch {
	case isPlaceholder(word):
	case s.strayVariable(i):
	case word == "backup" && s.excludesBackup():
		s.refuseAs(BadUpstreamServer, i, `balancing method does not support parameter "%s"`, word)
	case !valued:
	case name == "weight":
		n, ok := nginxconf.ParseNumber(value)
		s.want(ok && n > 0, i)
	case name == "max_conns", name == "max_fails":
		_, ok := nginxconf.ParseNumber(value)
		s.want(ok, i)
	case name == "fail_timeout":
		s.want(nginxconf.ReadsTime(value, true), i)
	case value == "" && (name == "service" || name == "route"):
		s.refuseAs(BadUpstreamServer, i, "%s is empty", name)
	}
}

// strayVariable refuses a variable where a parameter has to stand; the closed
// list lets it pass for what another program may put in.
func (s *statement) strayVariable(i int) bool {
	word := s.Arg(i)
	if !strings.Contains(word, "$") {
		return false
	}
	for _, l := range parameterLists()[s.Name] {
		if _, known := l.find(word); l.in&s.context != 0 && known {
			return false
		}
	}
	s.refuseAs(InvalidParameter, i, `invalid parameter "%s"`, word)
	return true
}

func (s *statement) want(ok bool, i int) {
	if !ok {
		s.refuseAs(BadUpstreamServer, i, `invalid parameter "%s"`, s.Arg(i))
	}
}

// excludesBackup reports whether the balancing method that counts for the line
// has no backup servers: the last one written before it.
func (s *statement) excludesBackup() bool {
	excludes := false
	for _, d := range s.scope.Items() {
		if d == s.Directive {
			break
		}
		if !d.Certain() {
			continue
		}
		switch d.Name {
		case "hash", "ip_hash", "random":
			excludes = true
		case "least_conn", "least_time":
			excludes = false
		default:
			if excludes && !isOwn(d.Name, s.context) {
				excludes = false // a third-party method may have them
			}
		}
	}
	return excludes
}

// hasParam reports whether an argument behind the first is the word or, ending
// in "=", starts with it.
func (s *statement) hasParam(word string) bool {
	for _, a := range s.Args[1:] {
		if a.Text == word || strings.HasSuffix(word, "=") && strings.HasPrefix(a.Text, word) {
			return true
		}
	}
	return false
}

// service judges what a lookup of SRV records needs.
func (s *statement) service(a *address) {
	word := s.Arg(0)
	switch {
	case !s.hasParam("service="):
	case !s.hasParam("resolve"):
		s.refuseAs(BadUpstreamServer, -1, `service upstream server "%s" requires "resolve" parameter`, word)
	case a.hasPort():
		s.refuseAs(BadUpstreamServer, 0, `service upstream server "%s" may not have port`, word)
	case a.ip.IsValid() || a.unix:
		s.refuseAs(BadUpstreamServer, 0, `service upstream server "%s" requires domain name`, word)
	}
}

// checkKeepalive is ngx_http_upstream_keepalive; a 0 was refused before 1.29.7.
func checkKeepalive(s *statement) {
	word := s.Arg(0)
	if isPlaceholder(word) || len(s.out) > 0 {
		return
	}
	n, ok := nginxconf.ParseNumber(word)
	if ok && (n > 0 || s.judge.version.Since("1.29.7")) {
		return
	}
	s.refuse(0, `invalid value "%s" in "keepalive" directive`, word)
}

// checkRandom is ngx_http_upstream_random; the second word says how one of two
// is chosen.
func checkRandom(s *statement) {
	switch {
	case len(s.Args) > 0 && s.Arg(0) != "two" && !isPlaceholder(s.Arg(0)):
		s.refuseAs(InvalidParameter, 0, `invalid parameter "%s"`, s.Arg(0))
	case len(s.Args) > 1 && s.Arg(1) != "least_conn" && !strings.HasPrefix(s.Arg(1), "least_time=") && !isPlaceholder(s.Arg(1)):
		s.refuseAs(InvalidParameter, 1, `invalid parameter "%s"`, s.Arg(1))
	}
}

// isOwn reports whether a directive of an upstream block or a server is nginx's
// own, and no module that can be added to nginx has the name there.
func isOwn(name string, in nginxconf.Context) bool {
	own := false
	for _, def := range nginxconf.Lookup(name) {
		if def.Contexts&in == 0 || isFork(def.Module) {
			continue
		}
		if def.ThirdParty || def.Plus() {
			return false
		}
		own = true
	}
	return own
}
