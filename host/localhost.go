package host

import "net"

// Families are the kinds of addresses that a name has.
type Families struct{ IPv4, IPv6 bool }

// Localhost returns the addresses of the name localhost, by /etc/hosts and the
// kernel settings that turn IPv6 off. Where there is no such file at hand, or a
// container gets one when it starts, it is what distributions ship, both, and
// not certain.
func (h *Host) Localhost() (families Families, certain bool) {
	for _, key := range []string{"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6"} {
		if v := h.Sysctl.Int(key); v.Known && v.Value == 1 && !h.Facts.Container.Value {
			return Families{IPv4: true}, true
		}
	}
	addresses, ok := h.hostsFile("localhost")
	for _, address := range addresses {
		ip := net.ParseIP(address)
		families.IPv4 = families.IPv4 || ip.To4() != nil
		families.IPv6 = families.IPv6 || ip != nil && ip.To4() == nil
	}
	if !ok || h.Facts.Container.Value || families == (Families{}) {
		return Families{true, true}, false
	}
	return families, true
}
