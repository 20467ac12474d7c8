package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// securePrefixes are those of addresses that are reached with TLS, by the
// directive that has them.
var securePrefixes = map[string]string{"proxy_pass": "https://", "grpc_pass": "grpcs://", "uwsgi_pass": "suwsgi://"}

// upstreamCertificateVerdicts are about locations and servers that go on with
// TLS and lack a key or what to check the peer against.
func upstreamCertificateVerdicts(j *judge) []Verdict {
	if !j.config.Has("proxy_ssl_certificate", "grpc_ssl_certificate", "uwsgi_ssl_certificate", "proxy_ssl_verify", "grpc_ssl_verify", "uwsgi_ssl_verify") {
		return nil
	}
	var out []Verdict
	j.config.Root.Walk(func(s *nginxconf.Scope) {
		if s.Context&(nginxconf.InLocation|nginxconf.InLocationIf|nginxconf.InLimitExcept|nginxconf.InStreamServer) == 0 {
			return
		}
		for _, d := range s.Items() {
			if prefix, ok := securePrefixes[d.Name]; ok && isSecure(s, d, prefix) {
				out = append(out, upstreamCertificates(s, strings.TrimSuffix(d.Name, "pass"))...)
			}
		}
	})
	return out
}

// isSecure reports whether a directive passes requests on with TLS, or may.
func isSecure(s *nginxconf.Scope, d *nginxconf.Directive, prefix string) bool {
	if s.Context == nginxconf.InStreamServer {
		ssl := s.Effective("proxy_ssl")
		return ssl.Known && ssl.Directive() != nil && strings.EqualFold(ssl.Text(), "on")
	}
	address := d.Arg(0)
	rest, ok := cutScheme(address, prefix)
	return !isReplaced(address) && (strings.Contains(address, "$") || ok && rest != "")
}

func upstreamCertificates(s *nginxconf.Scope, protocol string) []Verdict {
	name := protocol + "ssl_certificate"
	certificate, key := s.Effective(name), s.Effective(name+"_key")
	if d := certificate.Directive(); d != nil && certificate.Known && key.Known && d.Arg(0) != "" && key.Directive() == nil {
		return []Verdict{missing(s, d, nil, `no "%s_key" is defined for certificate "%s"`, name, d.Arg(0))}
	}
	verify, trusted := s.Effective(protocol+"ssl_verify"), s.Effective(protocol+"ssl_trusted_certificate")
	if d := verify.Directive(); d != nil && verify.Known && trusted.Known && strings.EqualFold(d.Arg(0), "on") && trusted.Directive() == nil {
		return []Verdict{missing(s, d, nil, "no %sssl_trusted_certificate for %[1]sssl_verify", protocol)}
	}
	return nil
}
