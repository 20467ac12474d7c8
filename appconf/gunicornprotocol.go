package appconf

import "strings"

// gunicornProtocol decides what gunicorn speaks: TLS with a certificate, uwsgi
// with --protocol uwsgi, HTTP/2 without TLS where --http2-cleartext and
// --http-protocols say so (gunicorn/config.py, http2/negotiation.py).
func (r *reading) gunicornProtocol() {
	protocol, h2c, list := r.pick("protocol"), r.pick("h2c"), r.pick("http protocols")
	switch tls := r.finishTLS(); {
	case tls:
	case protocol.why != "":
		r.puzzle("speaks", protocol.at, protocol.rank, protocol.why)
	case r.runtime.ID == "gunicorn" && r.ownWorkerClass():
		r.puzzle("speaks", r.pick("worker_class").at, rankCommand, "what this worker class speaks is not known")
	case r.runtime.ID == "gunicorn-uvicorn-worker": // which knows no other protocol
	case protocol.at.IsValid() && protocol.text == "uwsgi":
		r.speaks(UWSGI, protocol.at, protocol.rank)
	case protocol.at.IsValid() && protocol.text != "http":
		r.puzzle("speaks", protocol.at, protocol.rank, "neither http nor uwsgi")
	case h2c.at.IsValid():
		r.gunicornCleartext(h2c, list)
	}
}

// ownWorkerClass reports whether a worker class is named that no preset knows.
func (r *reading) ownWorkerClass() bool {
	class := r.pick("worker_class")
	return class.at.IsValid() && gunicornPreset(class.text, 0) == ""
}

// gunicornCleartext reads --http2-cleartext: prior-knowledge refuses HTTP/1, both
// takes either.
func (r *reading) gunicornCleartext(h2c, list declaration) {
	listed := list.why == "" && strings.Contains(","+list.text+",", ",h2,")
	switch {
	case h2c.why != "" || list.why != "":
		r.puzzle("speaks", h2c.at, h2c.rank, firstText(h2c.why, list.why))
	case h2c.text == "off" || h2c.text == "upgrade" || !listed:
		r.speaks(HTTP1, h2c.at, h2c.rank)
	case h2c.text == "prior-knowledge":
		r.speaks(HTTP2, h2c.at, h2c.rank)
	case h2c.text == "both":
		r.speaks(HTTP1|HTTP2, h2c.at, h2c.rank)
	default:
		r.puzzle("speaks", h2c.at, h2c.rank, "not one of off, prior-knowledge, upgrade and both")
	}
}
