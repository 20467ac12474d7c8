package host

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// AppsOf returns the applications behind an upstream block: those declared for
// its name or for the address of one of its servers.
func (h *Host) AppsOf(u *nginxconf.Upstream) []*appconf.App {
	var out []*appconf.App
	for _, a := range h.Apps {
		if strings.EqualFold(a.Upstream, u.Name) || servesAny(u, a.Upstream) {
			out = append(out, a)
		}
	}
	return out
}

func servesAny(u *nginxconf.Upstream, address string) bool {
	for _, s := range u.Servers {
		if sameAddress(s.Address, address) {
			return true
		}
	}
	return false
}

// Covers reports whether applications stand behind every server of an upstream:
// one is declared for the block, or one for each address.
func Covers(apps []*appconf.App, u *nginxconf.Upstream) bool {
	for _, s := range u.Servers {
		if !slices.ContainsFunc(apps, func(a *appconf.App) bool {
			return strings.EqualFold(a.Upstream, u.Name) || sameAddress(a.Upstream, s.Address)
		}) {
			return false
		}
	}
	return len(u.Servers) > 0
}

// AppsOn returns the applications that a route reaches.
func (h *Host) AppsOn(r *nginxconf.Route) []*appconf.App {
	if r.Upstream != nil {
		return h.AppsOf(r.Upstream)
	}
	var out []*appconf.App
	for _, a := range h.Apps {
		if r.Address != "" && sameAddress(r.Address, a.Upstream) {
			out = append(out, a)
		}
	}
	return out
}

// sameAddress compares addresses as written; a missing port is 80.
func sameAddress(a, b string) bool {
	return strings.EqualFold(withPort(a), withPort(b))
}

func withPort(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return address
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return net.JoinHostPort(strings.Trim(address, "[]"), "80")
	}
	return address
}

// SameMachine reports whether nginx and every server of an upstream share a
// host, by loopback addresses and unix sockets.
func SameMachine(u *nginxconf.Upstream) bool {
	for _, s := range u.Servers {
		name, _, err := net.SplitHostPort(withPort(s.Address))
		if err != nil {
			name = s.Address
		}
		ip := net.ParseIP(name)
		if !strings.HasPrefix(s.Address, "unix:") && name != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return len(u.Servers) > 0
}

// IdleMargin is how much longer the accepting side of a connection should keep
// it idle than the side that opened it: one second on one host, else 10 % of
// the accepting side's time, five seconds at most.
func IdleMargin(sameMachine bool, accepting time.Duration) time.Duration {
	if sameMachine {
		return time.Second
	}
	return max(time.Second, min(5*time.Second, accepting/10))
}
