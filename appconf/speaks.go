package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/source"
)

// protocolWords are the names of protocols in presets.
var protocolWords = map[string]Protocol{"http1": HTTP1, "http2": HTTP2, "tls": TLS, "fastcgi": FastCGI, "uwsgi": UWSGI}

// protocolOf returns the set of protocols, false for words that are none.
func protocolOf(f preset.ProtocolFigure) (Protocol, bool) {
	var p Protocol
	for _, w := range strings.Fields(f.Value) {
		bit, ok := protocolWords[w]
		if !ok {
			return 0, false
		}
		p |= bit
	}
	return p, p != 0
}

// speaks notes what the server understands by a place that decides it.
func (r *reading) speaks(p Protocol, at source.Span, rank int) {
	r.declare("speaks", int64(p), at, rank)
}

// settleSpeaks decides what the application speaks: what its files say, else the
// default of a runtime whose programs have no say in it.
func (a *App) settleSpeaks(r *reading) source.Setting[Protocol] {
	d := r.pick("speaks")
	switch {
	case d.at.IsValid() && d.why == nothingTells:
		return source.Setting[Protocol]{}
	case d.at.IsValid() && d.why != "":
		a.Skips = append(a.Skips, source.Skip{Span: d.at, Why: d.why})
		return source.Setting[Protocol]{}
	case d.at.IsValid():
		return source.Known(Protocol(d.number), source.Origin{Span: d.at})
	case r.runtime == nil || r.opaque != "" || r.runtime.Speaks.Program:
		return source.Setting[Protocol]{}
	}
	f := r.runtime.Speaks
	p, ok := protocolOf(f)
	if !ok {
		return source.Setting[Protocol]{}
	}
	return source.Known(p, r.runtime.Origin(preset.Figure{Verified: f.Verified}))
}

// finishTLS reads the options that name a certificate or key: any of them makes
// the server speak TLS. It reports whether one is there.
func (r *reading) finishTLS() bool {
	d := r.pick("tls")
	switch {
	case !d.at.IsValid():
		return false
	case d.why != "":
		r.puzzle("speaks", d.at, d.rank, d.why)
	case d.text != "":
		r.speaks(TLS, d.at, d.rank)
	default:
		return false
	}
	return true
}
