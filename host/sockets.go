package host

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Socket is one stream socket that nginx's http servers listen on.
type Socket struct {
	// Name identifies it: "*:80", "[::]:443", "unix:/run/x".
	Name string
	// Listens are the directives that share it, in order; at least one.
	Listens []*nginxconf.Listen
}

// Sockets returns the sockets of the http servers that accept connections from
// other machines or through the file system: loopback addresses and QUIC, which
// has no accept queue, are left out. A directive for one address without options
// of the socket shares the socket of all addresses on its port, as in nginx.
func (h *Host) Sockets() []Socket {
	if h.Nginx == nil {
		return nil
	}
	var out []Socket
	index := map[string]int{}
	for _, l := range h.Nginx.Listens() {
		if l.QUIC || onLoopback(l.Socket) {
			continue
		}
		i, ok := index[l.Socket]
		if !ok {
			i = len(out)
			index[l.Socket] = i
			out = append(out, Socket{Name: l.Socket})
		}
		out[i].Listens = append(out[i].Listens, l)
	}
	var own []Socket
	for _, s := range out {
		if _, ok := index[s.wildcard()]; !ok || s.wildcard() == s.Name || s.hasOptions() {
			own = append(own, s)
		}
	}
	return own
}

// DefaultBacklog reports whether no directive says how long the accept queue
// of the socket is to be.
func (s Socket) DefaultBacklog() bool {
	for _, l := range s.Listens {
		if !l.Backlog().Origin.IsDefault() {
			return false
		}
	}
	return true
}

// Options returns the directive that an option of the socket may be added to:
// nginx takes options from one directive of a socket only. It is nil where
// adding one might be refused or concern another socket.
func (s Socket) Options() *nginxconf.Directive {
	uses := map[*nginxconf.Directive]int{}
	var first *nginxconf.Directive
	for _, l := range s.Listens {
		uses[l.Directive]++
	}
	for _, l := range s.Listens {
		switch d := l.Directive; {
		case uses[d] > 1 || !s.literal():
			return nil
		case setsOptions(d):
			return d
		case first == nil:
			first = d
		}
	}
	return first
}

func (s Socket) hasOptions() bool {
	for _, l := range s.Listens {
		if setsOptions(l.Directive) {
			return true
		}
	}
	return false
}

// setsOptions reports whether a listen directive has a parameter that nginx
// counts as an option of the socket (ngx_http_core_listen).
func setsOptions(d *nginxconf.Directive) bool {
	for i := 1; i < len(d.Args); i++ {
		name, _, _ := strings.Cut(d.Arg(i), "=")
		switch name {
		case "bind", "setfib", "fastopen", "backlog", "rcvbuf", "sndbuf", "accept_filter", "deferred", "ipv6only",
			"reuseport", "so_keepalive", "multipath":
			return true
		}
	}
	return false
}

// wildcard returns the name of the socket for all addresses on the same port.
func (s Socket) wildcard() string {
	host, port, err := net.SplitHostPort(s.Name)
	switch {
	case err != nil:
		return ""
	case strings.Contains(host, ":"):
		return "[::]:" + port
	}
	return "*:" + port
}

// literal reports whether the name is an address rather than a host name, which
// may stand for a socket that another directive names too.
func (s Socket) literal() bool {
	host, _, err := net.SplitHostPort(s.Name)
	return strings.HasPrefix(s.Name, "unix:") || err == nil && (host == "*" || net.ParseIP(host) != nil)
}
