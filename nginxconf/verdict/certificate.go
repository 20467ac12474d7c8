package verdict

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// certificateNames are what decides whether a server's certificates are
// complete; the first does not in http.
var certificateNames = []string{"listen", "ssl", "starttls", "ssl_certificate", "ssl_certificate_key", "ssl_verify_client", "ssl_client_certificate", "ssl_trusted_certificate", "ssl_ocsp"}

// certificateVerdicts are about servers whose certificates lack a key or those
// of the clients, as nginx finds them when it merges the levels.
func certificateVerdicts(j *judge) []Verdict {
	var out []Verdict
	for _, top := range j.config.Root.Children {
		if top.Context != nginxconf.InMail { // see mailServers
			out = append(out, certificatesWithin(j, top)...)
		}
	}
	return out
}

// certificatesWithin judges the servers of http, stream or mail; what they
// inherit whole it judges once.
func certificatesWithin(j *judge, top *nginxconf.Scope) []Verdict {
	var out []Verdict
	inherited := true
	for _, server := range top.Children {
		if server.Context&(nginxconf.InServer|nginxconf.InStreamServer|nginxconf.InMailServer) == 0 {
			continue
		}
		names := certificateNames
		if server.Context == nginxconf.InServer {
			names = names[1:]
		}
		own := setsAny(server, names)
		if own || inherited {
			inherited = inherited && own
			out = append(out, serverCertificates(j, server)...)
		}
	}
	return out
}

func setsAny(s *nginxconf.Scope, names []string) bool {
	for _, d := range s.Items() {
		for _, name := range names {
			if d.Name == name {
				return true
			}
		}
	}
	return false
}

// serverCertificates judges one server.
func serverCertificates(j *judge, s *nginxconf.Scope) []Verdict {
	certificates, keys := s.Effective("ssl_certificate"), s.Effective("ssl_certificate_key")
	by, mode := securedBy(j, s)
	switch {
	case !certificates.Known || !keys.Known || mode == unclearMode:
		return nil
	case by == nil && (s.Context == nginxconf.InMailServer || s.Context == nginxconf.InStreamServer && !j.version.Since("1.25.5")):
		return nil
	case len(certificates.Directives) == 0:
		return nil // see the listening sockets
	case len(keys.Directives) == 0 && by != nil:
		return []Verdict{missing(s, by, by, `no "ssl_certificate_key" is defined for the "%s" directive`, mode)}
	}
	if last := certificates.Directives[len(certificates.Directives)-1]; len(keys.Directives) < len(certificates.Directives) {
		if by != nil {
			return []Verdict{missing(s, last, by, `no "ssl_certificate_key" is defined for certificate "%s" and the "%s" directive`, last.Arg(0), mode)}
		}
		return []Verdict{missing(s, last, nil, `no "ssl_certificate_key" is defined for certificate "%s"`, last.Arg(0))}
	}
	return clientCertificatesOf(j, s)
}

// missing makes a verdict that nginx gives when it merges the levels: with the
// line of a directive or, late, with none.
func missing(s *nginxconf.Scope, d, by *nginxconf.Directive, format string, words ...any) Verdict {
	v := Verdict{Kind: UndefinedReference, Directive: d, Scope: s, Context: s.Context, Arg: -1, Message: fmt.Sprintf(format, words...)}
	if by == nil {
		v.Late = true
		return v
	}
	v.At, v.Noticed = by.StopSpan(), closeOf(s.Parent)
	return v
}

const unclearMode = "?"

// securedBy returns what asks for certificates in a server, in nginx's words;
// from 1.25.1 on http and stream ask at the listening sockets.
func securedBy(j *judge, s *nginxconf.Scope) (*nginxconf.Directive, string) {
	modern := j.version.Since("1.25.1")
	if v := s.Effective("ssl"); !modern && s.Context != nginxconf.InStreamServer {
		if !v.Known {
			return nil, unclearMode
		}
		if d := v.Directive(); d != nil && strings.EqualFold(d.Arg(0), "on") {
			return d, "ssl"
		}
	}
	if s.Context == nginxconf.InMailServer || s.Context == nginxconf.InStreamServer && !j.version.Since("1.25.5") {
		for _, d := range s.Own("listen") {
			if i, _ := wordAt(d, "ssl"); i > 0 {
				return d, "listen ... ssl"
			}
		}
	}
	if s.Context == nginxconf.InMailServer {
		v := s.Effective("starttls")
		if d := v.Directive(); v.Known && d != nil && !strings.EqualFold(d.Arg(0), "off") {
			return d, "starttls"
		}
	}
	return nil, ""
}

// wordAt returns the index of a word among the arguments, -1 for none.
func wordAt(d *nginxconf.Directive, word string) (int, bool) {
	for i, a := range d.Args {
		if a.Text == word {
			return i, true
		}
	}
	return -1, false
}

// clientCertificatesOf judges what a server wants to check clients against.
func clientCertificatesOf(j *judge, s *nginxconf.Scope) []Verdict {
	verify := s.Effective("ssl_verify_client")
	d := verify.Directive()
	if d == nil || !verify.Known || isPlaceholder(d.Arg(0)) {
		return nil
	}
	client, trusted := s.Effective("ssl_client_certificate"), s.Effective("ssl_trusted_certificate")
	switch mode := strings.ToLower(d.Arg(0)); {
	case mode == "on" || mode == "optional":
		message, enough := "no ssl_client_certificate for ssl_verify_client", client.Directive() != nil || !client.Known
		if j.version.Since("1.27.3") {
			message = "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"
			enough = enough || trusted.Directive() != nil || !trusted.Known
		}
		if !enough {
			return []Verdict{missing(s, d, nil, "%s", message)}
		}
	case mode == "optional_no_ca":
		ocsp := s.Effective("ssl_ocsp")
		if o := ocsp.Directive(); ocsp.Known && o != nil && (o.Arg(0) == "on" || o.Arg(0) == "leaf") {
			return []Verdict{missing(s, o, nil, `"ssl_ocsp" is incompatible with "ssl_verify_client optional_no_ca"`)}
		}
	}
	return nil
}
