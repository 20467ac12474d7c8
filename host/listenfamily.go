package host

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/appconf"
)

// ListensOn returns the only kind of address on which an application listens at
// a port, by its files, and the address; false where it may listen on both, or
// nobody can tell. In a container with a network of its own it listens to others
// than the host's.
func ListensOn(a *appconf.App, port string) (f Families, address string, ok bool) {
	if a.Container.Kind != "" && !a.Container.HostNetwork.Value {
		return f, "", false
	}
	for _, listen := range a.Listen {
		host, at, err := net.SplitHostPort(listen)
		if err != nil && strings.Contains(listen, port) {
			return Families{}, "", false // a port alone, or what is not understood
		}
		if at != port {
			continue
		}
		ip := net.ParseIP(host)
		if ip == nil || ip.To4() == nil && ip.IsUnspecified() {
			return Families{}, "", false // "::" takes IPv4 too, unless told otherwise
		}
		f.IPv4 = f.IPv4 || ip.To4() != nil
		f.IPv6 = f.IPv6 || ip.To4() == nil
		address = listen
	}
	return f, address, f.IPv4 != f.IPv6
}
