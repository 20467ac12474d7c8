package host

import (
	"net"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
)

// Knows reports whether something says that a host name can be looked up on the
// host: its /etc/hosts, or an application declared under that name. In a
// container names are given by what runs it.
func (h *Host) Knows(name string) bool {
	if h.Facts.Container.Value {
		return true
	}
	if h.inHostsFile(name) {
		return true
	}
	for _, a := range h.Apps {
		if declares(a, name) {
			return true
		}
	}
	return false
}

// declares reports whether an application goes by a host name.
func declares(a *appconf.App, name string) bool {
	host := a.Upstream
	if h, _, err := net.SplitHostPort(a.Upstream); err == nil {
		host = h
	}
	return strings.EqualFold(host, name) || strings.EqualFold(a.Name, name) ||
		slices.ContainsFunc(a.Container.Names, func(own string) bool { return strings.EqualFold(own, name) })
}

// inHostsFile reports whether the host's /etc/hosts gives a name an address.
func (h *Host) inHostsFile(name string) bool {
	addresses, _ := h.hostsFile(name)
	return len(addresses) > 0
}

// hostsFile returns the addresses that the host's /etc/hosts gives a name; false
// where there is no such file.
func (h *Host) hostsFile(name string) (addresses []string, ok bool) {
	f, err := h.View.Open("/etc/hosts")
	if err != nil {
		return nil, false
	}
	for line := range strings.Lines(f.Text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		for i, field := range fields {
			if i > 0 && strings.EqualFold(field, name) {
				addresses = append(addresses, fields[0])
			}
		}
	}
	return addresses, true
}
