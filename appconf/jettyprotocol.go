package appconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// jettyModules notes the modules that a line switches on: "--module=http,http2c".
func (r *reading) jettyModules(key, value string, at source.Span) {
	if !slices.Contains([]string{"--module", "--modules", "--add-module", "--add-modules"}, key) {
		return
	}
	for _, name := range strings.Split(value, ",") {
		switch name = strings.TrimSpace(name); name {
		case "http", "http2c", "https", "ssl", "http2":
			r.jettyOn[name] = at
		}
	}
}

// finishJettyProtocol decides what Jetty speaks where modules add HTTP/2 without
// TLS, or a connector with TLS (modules/http2c.mod, https.mod).
func (r *reading) finishJettyProtocol() {
	secure := firstSpan(r.jettyOn["https"], r.jettyOn["http2"], r.jettyOn["ssl"])
	h2c := r.jettyOn["http2c"]
	if plain := firstSpan(h2c, r.jettyOn["http"]); plain.IsValid() && (secure.IsValid() || h2c.IsValid()) {
		s := spokenSocket{address: r.jettyPort("jetty.http.port", "8080"), speaks: HTTP1, at: plain, rank: rankFile}
		if h2c.IsValid() {
			s.speaks |= HTTP2
		}
		r.spoken = append(r.spoken, s)
	}
	if secure.IsValid() {
		r.spoken = append(r.spoken, spokenSocket{address: r.jettyPort("jetty.ssl.port", "8443"), speaks: TLS, at: secure, rank: rankFile})
	}
	r.finishSpoken()
}

// jettyPort returns the value of a property that names a port, "" when it is not
// known.
func (r *reading) jettyPort(name, fallback string) string {
	v, ok := r.jettyValues[name]
	switch {
	case !ok:
		return fallback
	case v.Why != "":
		return ""
	}
	return v.Text
}
