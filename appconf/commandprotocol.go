package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// finishCommandProtocol decides what a server speaks that is configured by its
// command line.
func (r *reading) finishCommandProtocol() {
	tls := r.finishTLS()
	insecure, http, h2c := r.pick("insecure"), r.pick("http"), r.pick("h2c")
	switch {
	case tls && insecure.at.IsValid():
		r.puzzle("speaks", insecure.at, rankCommand+1, "some sockets speak TLS and others do not")
	case tls:
	case r.family() == "daphne" && r.pick("endpoint").at.IsValid():
		r.puzzle("speaks", r.pick("endpoint").at, rankCommand, "endpoint descriptions are not evaluated")
	case r.family() == "granian" && http.at.IsValid():
		r.granianProtocol(http)
	case r.family() == "uvicorn" && h2c.at.IsValid():
		r.uvicornProtocol(http, h2c)
	}
}

// granianIdle takes the time to read a header for the time that a connection may be
// idle: hyper starts it with the end of the answer before (measured on 2.8.7).
func (r *reading) granianIdle() {
	if r.family() == "granian" && !r.pick("keepalive_timeout").at.IsValid() {
		r.copyAs("header_timeout", "keepalive_timeout")
	}
}

// granianProtocol reads --http auto, 1 or 2 (granian/constants.py, HTTPModes;
// what each accepts was measured on 2.8.7).
func (r *reading) granianProtocol(http declaration) {
	spoken := map[string]Protocol{"auto": HTTP1 | HTTP2, "1": HTTP1, "2": HTTP2}
	p, ok := spoken[http.text]
	switch {
	case http.why != "" || !ok:
		r.puzzle("speaks", http.at, http.rank, firstText(http.why, "not one of auto, 1 and 2"))
	default:
		r.speaks(p, http.at, http.rank)
	}
}

// uvicornProtocol reads --http2, which works with --http zttp alone and looks at
// the first bytes of a connection (uvicorn/config.py, auto_zttp_impl.py).
func (r *reading) uvicornProtocol(http, h2c declaration) {
	switch {
	case h2c.why != "" || http.why != "" || http.text != "zttp" || !isTrueWord(h2c.text):
		r.puzzle("speaks", h2c.at, h2c.rank, firstText(h2c.why, http.why, "it counts with --http zttp only"))
	default:
		r.speaks(HTTP1|HTTP2, h2c.at, h2c.rank)
	}
}

// isTrueWord knows the words that switch a flag of a command line on (click,
// BoolParamType).
func isTrueWord(s string) bool {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	}
	return false
}

// isFalseWord knows the words that switch a flag off.
func isFalseWord(s string) bool {
	switch strings.ToLower(s) {
	case "false", "0", "no", "off", "f", "n":
		return true
	}
	return false
}

// granianKeepAlive reads GRANIAN_HTTP1_KEEP_ALIVE.
func (r *reading) granianKeepAlive(v syntax.Variable) {
	switch {
	case v.Why == "" && isTrueWord(v.Text):
	case v.Why == "" && isFalseWord(v.Text):
		r.declare("keepalive_timeout", 0, v.At, rankArguments)
	default:
		r.puzzle("keepalive_timeout", v.At, rankArguments, firstText(v.Why, "neither true nor false"))
	}
}
