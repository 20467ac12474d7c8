package host

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/sysctl"
)

// IPv6Off returns the line that takes every IPv6 address from the machine, or with
// loopback set ::1, as seen by programs: bind and connect to such an address fail,
// while a socket can still listen on [::]. It is nil where a line gives an interface
// its addresses back, in containers, and where nobody can tell.
func (h *Host) IPv6Off(loopback bool) *sysctl.Line {
	if h.Facts.Container.Value || len(h.Sysctl.Lines("net.ipv6.ip_nonlocal_bind")) > 0 {
		return nil
	}
	for _, d := range h.Sysctl.Documents {
		for _, l := range d.Lines {
			if name, ok := interfaceOf(l.Key); ok && name != "default" && name != "all" && (!loopback || name == "lo" || l.Glob) && !turnsOff(l) {
				return nil
			}
		}
	}
	const all, lo = "net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6"
	if line := h.SysctlLine(all); line != nil && turnsOff(line) {
		return line
	}
	if line := h.SysctlLine(lo); loopback && line != nil && len(h.Sysctl.Lines(all)) == 0 && turnsOff(line) {
		return line
	}
	return nil
}

// interfaceOf returns the interface that a line of disable_ipv6 names.
func interfaceOf(key string) (string, bool) {
	rest, isConf := strings.CutPrefix(key, "net.ipv6.conf.")
	name, ok := strings.CutSuffix(rest, ".disable_ipv6")
	return name, isConf && ok
}

func turnsOff(l *sysctl.Line) bool {
	n := l.Numbers()
	return len(n) > 0 && n[0] != 0
}

// IsIPv6 reports whether an address, with a port or without, is one of IPv6 that an
// interface must have: no name and not [::]. loopback is ::1.
func IsIPv6(address string) (yes, loopback bool) {
	text := nameOf(address)
	zone := strings.IndexByte(text, '%')
	if zone >= 0 {
		text = text[:zone]
	}
	ip := net.ParseIP(strings.Trim(text, "[]"))
	return ip != nil && ip.To4() == nil && !ip.IsUnspecified(), ip != nil && ip.IsLoopback()
}
