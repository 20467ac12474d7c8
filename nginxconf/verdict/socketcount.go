package verdict

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// count returns how many sockets nginx opens at least: a wildcard covers the
// other addresses of its port, except those that are bound on their own. A name
// may stand for an address that is there already.
func (l *listening) count() int {
	n := 0
	for _, key := range l.order {
		if key.name != "" && !strings.HasPrefix(key.name, "unix:") {
			continue
		}
		if key.ip.IsValid() && !key.ip.IsUnspecified() && !l.sockets[key].bound && l.sockets[key.wildcard()] != nil {
			continue
		}
		n++
	}
	return n
}

// wildcard returns the key of all addresses of the family.
func (k socketKey) wildcard() socketKey {
	k.ip = map[bool]netip.Addr{true: netip.IPv4Unspecified(), false: netip.IPv6Unspecified()}[k.ip.Is4()]
	return k
}

// defaultConnections is nginx's own worker_connections (DEFAULT_CONNECTIONS of
// ngx_event.c).
const defaultConnections = 512

// tooFewConnections compares worker_connections with the number of sockets. It
// was confirmed for 1.22 and later.
func (j *judge) tooFewConnections(sockets int) []Verdict {
	events := j.blockOf(nginxconf.InEvents)
	if events == nil || j.config.Hidden() != nil || j.version.Less(nginxconf.Version{1, 22, 0}) {
		return nil
	}
	d, connections, at := events.Last("worker_connections"), int64(defaultConnections), -1
	if d == nil {
		d = events.Directive
	} else if n, ok := nginxconf.ParseNumber(d.Arg(0)); ok {
		connections, at = n, 0
	} else {
		return nil
	}
	if connections > int64(sockets) {
		return nil
	}
	return []Verdict{{
		Kind: InvalidValue, Directive: d, Scope: events, Context: events.Context, Arg: at, Late: true,
		Message: strconv.FormatInt(connections, 10) + " worker_connections are not enough for " + strconv.Itoa(sockets) + " listening sockets",
	}}
}
