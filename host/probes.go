package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// Probes reports whether nginx lets the kernel probe any of its connections:
// with so_keepalive of a listen directive, or with one of the *_socket_keepalive
// directives, which are there since 1.15.6. It turns that on for none by itself.
// known is false where not every directive was seen.
func (h *Host) Probes() (probes, known bool) {
	if !h.Nginx.Whole() || h.Nginx.Hidden() != nil {
		return false, false
	}
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			switch i, value := d.Param("so_keepalive"); {
			case d.Name == "listen" && i >= 0:
				probes = probes || value != "off"
			case strings.HasSuffix(d.Name, "_socket_keepalive"):
				probes = probes || strings.EqualFold(d.Arg(0), "on")
			}
		}
	})
	return probes, true
}

// ProbedBySysctl returns the directives that have connections of nginx probed as often
// as net.ipv4.tcp_keepalive_intvl and tcp_keepalive_probes say: so_keepalive of listen
// that leaves both open, for clients, and *_socket_keepalive, for upstreams. Listed are
// those that were read.
func (h *Host) ProbedBySysctl() (clients, upstreams []source.Span) {
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			i, value := d.Param("so_keepalive")
			_, rest, _ := strings.Cut(value, ":")
			switch {
			case !d.Certain():
			case d.Name == "listen" && i >= 0 && value != "off" && strings.Trim(rest, ":") == "":
				clients = append(clients, d.ArgSpan(i))
			case strings.HasSuffix(d.Name, "_socket_keepalive") && strings.EqualFold(d.Arg(0), "on"):
				upstreams = append(upstreams, d.HeadSpan())
			}
		}
	})
	return clients, upstreams
}
