package appconf

import "strings"

// finishSpringProtocol decides what the embedded server speaks: TLS with
// server.ssl.*, HTTP/2 without TLS besides HTTP/1 with server.http2.enabled.
func (r *reading) finishSpringProtocol() {
	enabled, h2c := r.pick("tls enabled"), r.pick("h2c")
	switch {
	case enabled.why != "":
		r.puzzle("speaks", enabled.at, enabled.rank, enabled.why)
		return
	case !strings.EqualFold(enabled.text, "false") && r.finishTLS():
		return
	case !h2c.at.IsValid():
		return
	}
	switch {
	case h2c.why != "":
		r.puzzle("speaks", h2c.at, h2c.rank, h2c.why)
	case strings.EqualFold(h2c.text, "true"):
		r.speaks(HTTP1|HTTP2, h2c.at, h2c.rank)
	case strings.EqualFold(h2c.text, "false"):
		r.speaks(HTTP1, h2c.at, h2c.rank)
	default:
		r.puzzle("speaks", h2c.at, h2c.rank, "neither true nor false")
	}
}
