package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// An endpoint is one of the servers or connectors that an application starts,
// with what is declared for it alone.
type endpoint struct {
	at       source.Span
	listen   string // "" when not declared
	declared []declaration
}

// maxEndpoints is far more than an application starts.
const maxEndpoints = 64

// endpoints declares what holds for the endpoint that nginx speaks to: the one at
// the port of the upstream. Where that is not known, only what all have in common.
func (r *reading) endpoints(all []endpoint) {
	if len(all) > maxEndpoints {
		r.giveUp(source.Span{File: all[0].at.File}, "too many servers")
		return
	}
	if one, ok := r.behindUpstream(all); ok {
		all = []endpoint{one}
	}
	for _, e := range all {
		if e.listen != "" {
			r.listens(e.listen)
		}
		r.declared = append(r.declared, e.declared...)
		for _, other := range all {
			r.missing(e, other)
		}
	}
}

// missing makes unknown what another endpoint declares and this one does not.
func (r *reading) missing(e, other endpoint) {
	for _, d := range other.declared {
		found := false
		for _, own := range e.declared {
			found = found || (own.name == d.name && own.at.IsValid())
		}
		if !found && d.at.IsValid() {
			r.puzzle(d.name, d.at, d.rank, "another server of the application does not set it, and which one nginx speaks to is not known")
		}
	}
}

// behindUpstream returns the only endpoint at the port of the upstream.
func (r *reading) behindUpstream(all []endpoint) (found endpoint, ok bool) {
	port := portOf(r.upstream)
	for _, e := range all {
		if port == "" || portOf(e.listen) != port {
			continue
		}
		if ok {
			return endpoint{}, false
		}
		found, ok = e, true
	}
	return found, ok
}

// portOf returns the port of an address: "8080" of "127.0.0.1:8080" and ":8080".
func portOf(address string) string {
	return readable(address[strings.LastIndexByte(address, ':')+1:])
}
