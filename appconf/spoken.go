package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A spokenSocket is one place to listen at with what is spoken there.
type spokenSocket struct {
	address string // "" when not known
	speaks  Protocol
	at      source.Span
	rank    int
	why     string
}

// finishSpoken decides what the socket behind nginx speaks: the one at the address
// of the upstream, or what all have in common.
func (r *reading) finishSpoken() {
	all := r.spoken
	if one, ok := r.spokenBehindUpstream(); ok {
		all = []spokenSocket{one}
	}
	for _, s := range all {
		switch {
		case s.why != "":
			r.puzzle("speaks", s.at, s.rank, s.why)
		case s.speaks != all[0].speaks:
			r.puzzle("speaks", s.at, s.rank, "the sockets speak different protocols, and which one nginx connects to is not known")
		default:
			r.speaks(s.speaks, s.at, s.rank)
		}
	}
}

// spokenBehindUpstream returns the only socket at the address of the upstream.
func (r *reading) spokenBehindUpstream() (found spokenSocket, ok bool) {
	for _, s := range r.spoken {
		if !r.isUpstream(s.address) {
			continue
		}
		if ok {
			return spokenSocket{}, false
		}
		found, ok = s, true
	}
	return found, ok
}

// isUpstream reports whether an address is that of the upstream: the same socket
// of the file system, or the same port.
func (r *reading) isUpstream(address string) bool {
	if strings.HasPrefix(address, "unix:") || strings.HasPrefix(r.upstream, "unix:") {
		return address == r.upstream
	}
	port := portOf(r.upstream)
	return port != "" && portOf(address) == port
}
