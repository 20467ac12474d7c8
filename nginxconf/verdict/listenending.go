package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// listeners are the blocks whose servers listen.
var listeners = []struct{ block, server nginxconf.Context }{
	{nginxconf.InHTTP, nginxconf.InServer},
	{nginxconf.InStream, nginxconf.InStreamServer},
	{nginxconf.InMail, nginxconf.InMailServer},
}

// sockets judges what all servers listen on.
func sockets(j *judge) []Verdict {
	var out []Verdict
	count, known := 0, true
	for _, kind := range listeners {
		block := j.blockOf(kind.block)
		if block == nil {
			continue
		}
		l := j.listen(block, kind.server)
		count += l.count()
		known = known && !l.unknown
		out = append(out, l.out...)
		out = append(out, j.certificates(l, kind.server)...)
	}
	if known {
		out = append(out, j.tooFewConnections(count)...)
	}
	return out
}

// seesCertificates is the release from which nginx misses certificates when it
// reads the configuration, and not first when a client comes.
const seesCertificates = "1.15.0"

// certificates finds the sockets with TLS whose servers have no certificate.
func (j *judge) certificates(l *listening, server nginxconf.Context) []Verdict {
	if j.config.Hidden() != nil || !j.version.Since(seesCertificates) {
		return nil
	}
	switch {
	case server == nginxconf.InMailServer:
		return nil // see mailServers
	case server == nginxconf.InStreamServer && !j.version.Since(sharedAddresses):
		return listenCertificates(l.block, server)
	}
	if out := listenCertificates(l.block, server); server == nginxconf.InServer && out != nil && !j.version.Since("1.25.1") {
		return out
	}
	for _, key := range l.order {
		socket := l.sockets[key]
		if socket.secure == "" {
			continue
		}
		lacking := uncertified(socket)
		if lacking == nil {
			continue
		}
		return []Verdict{{
			Kind: UndefinedReference, Directive: lacking.Directive, Scope: lacking.Parent, Context: lacking.Parent.Context, Arg: -1,
			Noticed: closeOf(l.block), At: lacking.Directive.StopSpan(),
			Message: `no "ssl_certificate" is defined for the "listen ... ` + socket.secure + `" directive`,
		}}
	}
	return nil
}

// uncertified returns the first server of a socket that nginx misses a
// certificate in: the default server, or, where that one refuses handshakes,
// any other.
func uncertified(s *socket) *nginxconf.Scope {
	if certified(s.standard) {
		return nil
	}
	if !refusesHandshakes(s.standard) {
		return s.standard
	}
	for _, server := range s.servers {
		if !certified(server) && !refusesHandshakes(server) {
			return server
		}
	}
	return nil
}

func certified(server *nginxconf.Scope) bool {
	return len(server.Own("ssl_certificate")) > 0 || len(server.Parent.Own("ssl_certificate")) > 0
}

func refusesHandshakes(server *nginxconf.Scope) bool {
	return inForce(server, "ssl_reject_handshake") != nil
}

// listenCertificates finds servers of mail, of http with "ssl on", and of stream
// as it was before 1.25.5, without a certificate; nginx names the line of the
// directive that needs it.
func listenCertificates(block *nginxconf.Scope, server nginxconf.Context) []Verdict {
	for _, s := range block.Children {
		if s.Context != server || certified(s) {
			continue
		}
		at, mode := needsCertificate(s)
		if at == nil {
			continue
		}
		return []Verdict{{
			Kind: UndefinedReference, Directive: at, Scope: s, Context: server, Arg: -1,
			Noticed: closeOf(block), At: at.StopSpan(),
			Message: `no "ssl_certificate" is defined for the "` + mode + `" directive`,
		}}
	}
	return nil
}

// needsCertificate returns the directive that turns TLS on in a server, and what
// nginx calls it; nil for none. The listen directives of http are looked at
// elsewhere.
func needsCertificate(s *nginxconf.Scope) (at *nginxconf.Directive, mode string) {
	if s.Context != nginxconf.InServer {
		for _, d := range s.Own("listen") {
			if hasWord(d, "ssl") {
				at, mode = d, "listen ... ssl"
			}
		}
	}
	if at == nil && s.Context != nginxconf.InStreamServer {
		at, mode = inForce(s, "ssl"), "ssl"
	}
	if at == nil && s.Context == nginxconf.InMailServer {
		at, mode = inForce(s, "starttls"), "starttls"
	}
	return at, mode
}

// inForce returns the directive that rules in a server, its own or that of the
// block around it; nil for none or off.
func inForce(s *nginxconf.Scope, name string) *nginxconf.Directive {
	d := s.Last(name)
	if d == nil {
		d = s.Parent.Last(name)
	}
	if d == nil || strings.EqualFold(d.Arg(0), "off") {
		return nil
	}
	return d
}
