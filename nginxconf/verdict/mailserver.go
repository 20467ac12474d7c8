package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var mailSetters = []setter{
	{"protocol", nginxconf.InMailServer, checkProtocol},
	{"auth_http", anyMail, checkAuthHTTP},
}

// mailPorts are the ports by which nginx tells the protocol of a mail server
// that names none.
var mailPorts = map[int]string{
	110: "pop3", 995: "pop3",
	143: "imap", 993: "imap",
	25: "smtp", 587: "smtp", 465: "smtp",
}

func checkProtocol(s *statement) {
	word := s.Arg(0)
	if word == "pop3" || word == "imap" || word == "smtp" || isPlaceholder(word) {
		return
	}
	s.refuse(0, `unknown protocol "%s"`, word)
	s.suggest(strings.ToLower(word), func(meant string) bool { return meant == "pop3" || meant == "imap" || meant == "smtp" })
}

// checkAuthHTTP is ngx_mail_auth_http.
func checkAuthHTTP(s *statement) {
	word := s.Arg(0)
	if isPlaceholder(word) {
		return
	}
	word = strings.TrimPrefix(word, "http://")
	if _, refusal := readAddress(word, urlWithPath); refusal != "" {
		s.refuse(0, `%s in auth_http "%s"`, refusal, word)
	}
}

// mailServers finds what nginx misses when it merges the servers of mail, one
// module after the other: the protocol, certificates, and who authenticates.
func mailServers(j *judge) []Verdict {
	mail := j.blockOf(nginxconf.InMail)
	switch {
	case mail == nil:
		return nil
	case j.config.Hidden() != nil || j.unexpected():
		return certificatesWithin(j, mail)
	}
	var out []Verdict
	for _, s := range mail.Children {
		if s.Context == nginxconf.InMailServer && len(s.Own("protocol")) == 0 && !hasMailPort(s) {
			out = append(out, lacking(s, "unknown mail protocol for server"))
		}
	}
	out = append(out, listenCertificates(mail, nginxconf.InMailServer)...)
	out = append(out, certificatesWithin(j, mail)...)
	for _, s := range mail.Children {
		if s.Context == nginxconf.InMailServer && len(s.Own("auth_http"))+len(mail.Own("auth_http")) == 0 {
			out = append(out, lacking(s, `no "auth_http" is defined for server`))
		}
	}
	return out
}

// unexpected reports whether a module may be loaded that nothing is known of.
func (j *judge) unexpected() bool { return len(j.modules.strange) > 0 }

func hasMailPort(s *nginxconf.Scope) bool {
	for _, d := range s.Own("listen") {
		a, refusal := readAddress(d.Arg(0), urlListens)
		if refusal != "" || mailPorts[a.port] != "" || isPlaceholder(d.Arg(0)) {
			return true
		}
	}
	return false
}

// lacking is a verdict on a server that nginx finds incomplete at the end of
// the block around it.
func lacking(s *nginxconf.Scope, message string) Verdict {
	return Verdict{
		Kind: UndefinedReference, Directive: s.Directive, Scope: s.Parent, Context: s.Parent.Context, Arg: -1,
		Noticed: closeOf(s.Parent), At: s.Directive.StopSpan(), Message: message,
	}
}
