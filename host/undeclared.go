package host

import (
	"iter"
	"net"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// Undeclared goes through the routes that reach no application anybody declared. It
// leaves out what no application of the host can stand behind: memcached and
// streams, targets known at run time only, nginx itself, and other people's
// services, which are names with a dot spoken to over TLS.
func (h *Host) Undeclared() iter.Seq[*nginxconf.Route] {
	return func(yield func(*nginxconf.Route) bool) {
		for _, r := range h.Nginx.Routes() {
			if h.undeclared(r) && !yield(r) {
				return
			}
		}
	}
}

func (h *Host) undeclared(r *nginxconf.Route) bool {
	addresses := []string{r.Address}
	if r.Upstream != nil {
		addresses = addressesOf(r.Upstream)
	}
	switch {
	case r.Module == "memcached", r.Module == "stream", r.Variable, r.Address == "", len(addresses) == 0:
	case len(h.AppsOn(r)) > 0, h.anyUnclear(r):
	case !slices.ContainsFunc(addresses, func(a string) bool { return !h.isNginx(a) }):
	case r.Scheme == "https" && !slices.ContainsFunc(addresses, func(a string) bool { return !isPublicName(a) }):
	default:
		return true
	}
	return false
}

// anyUnclear reports whether several applications may answer where a route leads.
func (h *Host) anyUnclear(r *nginxconf.Route) bool {
	if r.Upstream == nil {
		_, unclear := h.appsAt(r.Address, passPort(r.Scheme))
		return len(unclear) > 0
	}
	return slices.ContainsFunc(r.Upstream.Servers, func(s *nginxconf.Server) bool {
		_, unclear := h.appsAt(s.Address, "80")
		return len(unclear) > 0
	})
}

// isNginx reports whether nginx itself listens at an address of this machine.
func (h *Host) isNginx(text string) bool {
	a := target(text, "80")
	if !isLocal(text) {
		return false
	}
	return slices.ContainsFunc(h.Nginx.Listens(), func(l *nginxconf.Listen) bool {
		own := listener(l.Socket)
		return own.socket == a.socket && own.port == a.port && (own.name == "" || own.same(a))
	})
}

// isPublicName reports whether an address is a name with a dot, which an address
// of the machine or a name on a network of containers is not.
func isPublicName(text string) bool {
	a := target(text, "")
	return a.socket == "" && net.ParseIP(a.name) == nil && strings.Contains(strings.TrimSuffix(a.name, "."), ".") &&
		!strings.HasSuffix(a.name, ".internal") && !strings.HasSuffix(a.name, ".local") && !strings.HasSuffix(a.name, ".svc")
}
