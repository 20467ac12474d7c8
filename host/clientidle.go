package host

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A ClientIdle is one value of keepalive_timeout towards clients, and where it
// is in force.
type ClientIdle struct {
	Timeout source.Setting[time.Duration]
	// Directive decides it; nil for the default.
	Directive *nginxconf.Directive
	// Level is where the directive stands; the http block for the default.
	Level *nginxconf.Scope
	// Sockets are those of the servers it is in force in; see [nginxconf.Listen].
	Sockets []string
}

// ClientIdles returns the values of keepalive_timeout that are in force for
// what a balancer in front may connect to. Servers on loopback addresses and
// unix sockets alone count only where there are no others, and locations that
// close after every answer not at all.
func (h *Host) ClientIdles() []*ClientIdle {
	http := h.Nginx.HTTP()
	var out []*ClientIdle
	for _, server := range h.balancedServers() {
		server.Walk(func(s *nginxconf.Scope) {
			if s.Context&(nginxconf.InServer|nginxconf.InLocation) != 0 && !closesEach(s) {
				out = h.addClientIdle(out, s.Effective("keepalive_timeout"), http, server)
			}
		})
	}
	return out
}

// balancedServers returns the servers that a balancer in front may connect to:
// those that other machines reach, or all where there are no such.
func (h *Host) balancedServers() []*nginxconf.Scope {
	http := h.Nginx.HTTP()
	if http == nil {
		return nil
	}
	servers := slices.DeleteFunc(slices.Clone(http.Children), func(s *nginxconf.Scope) bool { return s.Context != nginxconf.InServer })
	outside := slices.DeleteFunc(slices.Clone(servers), func(s *nginxconf.Scope) bool { return h.listensInside(s) })
	if len(outside) == 0 {
		return servers
	}
	return outside
}

func (h *Host) addClientIdle(list []*ClientIdle, v nginxconf.Value, http, server *nginxconf.Scope) []*ClientIdle {
	d := v.Directive()
	i := slices.IndexFunc(list, func(c *ClientIdle) bool { return c.Directive == d })
	if i < 0 {
		c := &ClientIdle{Timeout: v.Time(), Directive: d, Level: http}
		if d != nil {
			c.Level = v.Level
		}
		i, list = len(list), append(list, c)
	}
	for _, l := range h.Nginx.Listens() {
		if l.Scope == server && !l.QUIC && !slices.Contains(list[i].Sockets, l.Socket) {
			list[i].Sockets = append(list[i].Sockets, l.Socket)
		}
	}
	return list
}

// closesEach reports whether nginx closes a client's connection after every
// answer.
func closesEach(s *nginxconf.Scope) bool {
	n := s.Effective("keepalive_requests").Number()
	return n.Known && n.Value <= 1
}

// listensInside reports whether only this machine can connect to a server.
func (h *Host) listensInside(server *nginxconf.Scope) bool {
	inside := false
	for _, l := range h.Nginx.Listens() {
		if l.Scope != server || l.QUIC {
			continue
		}
		if !isLocal(l.Socket) {
			return false
		}
		inside = true
	}
	return inside
}

// ProbedWithin reports whether the kernel probes the clients' connections on
// every one of the sockets before they have been idle for a time: some listen
// directive of the socket has so_keepalive with a shorter idle time.
func (h *Host) ProbedWithin(sockets []string, idle time.Duration) bool {
	for _, socket := range sockets {
		probed := slices.ContainsFunc(h.Nginx.Listens(), func(l *nginxconf.Listen) bool {
			_, value := l.Directive.Param("so_keepalive")
			first, known := h.firstProbe(value)
			return l.Socket == socket && known && first < idle
		})
		if !probed {
			return false
		}
	}
	return len(sockets) > 0
}

// firstProbe is when a connection with this so_keepalive is first probed.
func (h *Host) firstProbe(value string) (time.Duration, bool) {
	first, _, _ := strings.Cut(value, ":")
	if value == "" || value == "off" {
		return 0, false
	}
	if first != "" && first != "on" {
		return nginxconf.ParseTime(first, true)
	}
	seconds := h.Sysctl.Int("net.ipv4.tcp_keepalive_time")
	return time.Duration(seconds.Value) * time.Second, seconds.Known
}
