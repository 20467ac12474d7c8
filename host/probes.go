package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
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
