package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var protocolMismatch = &lint.Rule{
	Name:  "app/protocol-mismatch",
	Title: "nginx sends a protocol that the application does not understand",
	Why: "Every request fails: an HTTP/1 server answers the first bytes of HTTP/2, of the uwsgi protocol or of TLS with 400 or closes the connection, " +
		"and nginx answers 502 with \"upstream sent invalid header\", \"prematurely closed connection\" or \"SSL_do_handshake() failed\". " +
		"grpc_pass and \"proxy_http_version 2\" need a server that speaks HTTP/2 without TLS from the first byte on, which most application servers do not.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_grpc_module.html#grpc_pass",
		"https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html#uwsgi_pass",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version",
	},
	Severity: lint.Error,
	Run:      runProtocolMismatch,
}

func runProtocolMismatch(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, m := range p.Host.Mismatches() {
		sure := !m.App.Speaks.Origin.IsDefault() || len(m.App.Files) > 0
		if unread := !sure && (m.Sent|m.App.Speaks.Value)&appconf.TLS != 0; !unread { // a certificate may be named where nobody looked
			reportMismatch(p, m, sure)
		}
	}
}

func reportMismatch(p *lint.Pass, m *host.Mismatch, sure bool) {
	a := m.App
	r := p.Report(m.By[0].HeadSpan(), "nginx sends %s to %s, %s understands %s only", protocolName(m.Sent), a.Name, appName(a), protocolName(a.Speaks.Value)).
		Key("app %s %s", a.Name, protocolName(m.Sent))
	r.SeeOrigin(a.Speaks.Origin, "%s understands %s", a.Name, protocolName(a.Speaks.Value))
	var so, passes []source.Span
	for _, d := range m.By[1:] {
		so = append(so, d.HeadSpan())
	}
	for _, route := range m.Routes {
		if !slices.Contains(m.By, route.Pass) {
			passes = append(passes, route.Pass.HeadSpan())
		}
	}
	r.SeeAll(so, "and here").SeeAll(passes, "passes to %s", a.Name)
	if !sure {
		r.Severity(lint.Warning)
	}
}

// protocolName names a set of protocols for people.
func protocolName(set appconf.Protocol) string {
	var words []string
	for _, p := range [...]struct {
		protocol appconf.Protocol
		name     string
	}{
		{appconf.HTTP1, "HTTP/1"}, {appconf.HTTP2, "HTTP/2 without TLS"}, {appconf.TLS, "TLS"},
		{appconf.FastCGI, "FastCGI"}, {appconf.UWSGI, "the uwsgi protocol"},
	} {
		if set&p.protocol != 0 {
			words = append(words, p.name)
		}
	}
	return strings.Join(words, " and ")
}
