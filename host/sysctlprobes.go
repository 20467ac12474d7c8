package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

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
