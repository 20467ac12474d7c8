package host

import (
	"net"
	"strings"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Target is one place that nginx passes requests of the proxy module to: an
// upstream block or a literal address.
type Target struct {
	// Name is that of the block, or the address.
	Name string
	// Upstream is nil for a literal address.
	Upstream *nginxconf.Upstream
	Routes   []*nginxconf.Route
}

// Targets returns the places that nginx passes HTTP requests to, in order; false
// where some are known only at run time.
func (h *Host) Targets() (targets []*Target, known bool) {
	index := map[string]*Target{}
	for _, r := range h.Nginx.Routes() {
		switch {
		case r.Module == "stream":
			continue
		case r.Variable:
			return nil, false
		}
		name := r.Address
		if r.Upstream != nil {
			name = r.Upstream.Name
		}
		if index[name] == nil {
			index[name] = &Target{Name: name, Upstream: r.Upstream}
			targets = append(targets, index[name])
		}
		index[name].Routes = append(index[name].Routes, r)
	}
	return targets, true
}

// Share returns the address that most requests go to, with their share of all as
// part of whole: by weight. It is false for unix sockets, which need no ports,
// for names, which may have several addresses, and where a balancing method
// other than nginx's own decides.
func (t *Target) Share() (address string, part, whole int64, ok bool) {
	if t.Upstream == nil {
		return withPort(t.Name), 1, 1, !strings.HasPrefix(t.Name, "unix:") && !isName(t.Name)
	}
	if t.Upstream.Scope.Last("hash") != nil || t.Upstream.Scope.Last("ip_hash") != nil {
		return "", 0, 0, false
	}
	for _, s := range t.Upstream.Servers {
		switch {
		case s.Down || s.Backup:
			continue
		case strings.HasPrefix(s.Address, "unix:") || isName(s.Address):
			return "", 0, 0, false
		}
		weight := int64(1)
		if i, text := s.Directive.Param("weight"); i >= 0 && text != "" {
			n, fits := nginxconf.ParseNumber(text)
			if !fits || n < 1 || n > 1<<20 {
				return "", 0, 0, false
			}
			weight = n
		}
		if whole += weight; weight > part {
			address, part = withPort(s.Address), weight
		}
	}
	return address, part, whole, whole > 0
}

// OnLoopback reports whether an address is one of this machine's loopback ones.
func OnLoopback(address string) bool {
	name, _, err := net.SplitHostPort(address)
	return err == nil && net.ParseIP(name).IsLoopback()
}

// OpensEach returns after how many requests on a route nginx opens another
// connection and closes the old one itself: 1 without a pool, else
// keepalive_requests. It is false where the server behind closes, for then it
// keeps the closed connections, and where nobody can tell.
func (h *Host) OpensEach(r *nginxconf.Route) (requests int64, ok bool) {
	if r.Module != "proxy" || !h.ReuseOn(r).OK() {
		return 0, false
	}
	if r.Upstream == nil {
		return 1, true
	}
	if _, pooled := h.PoolOf(r.Upstream); !pooled {
		return 1, r.Upstream.Scope.Last("keepalive") == nil || r.Upstream.Scope.Last("keepalive").Arg(0) == "0"
	}
	n := r.Upstream.Scope.Effective("keepalive_requests").Number()
	return n.Value, n.Known && n.Value > 0
}

// timeWait is how long Linux keeps a port after the side that has it closed first
// (TCP_TIMEWAIT_LEN, include/net/tcp.h).
const timeWait = 60 * time.Second

// PortHold returns how long a port stays taken after nginx has closed a
// connection to an address: 60 s, or one where net.ipv4.tcp_tw_reuse lets new
// connections have it, for loopback addresses by default since Linux 4.19. It is
// false where the setting cannot be told.
func (h *Host) PortHold(address string) (hold time.Duration, ok bool) {
	reuse, stamps := h.Sysctl.Int("net.ipv4.tcp_tw_reuse"), h.Sysctl.Int("net.ipv4.tcp_timestamps")
	if !reuse.Known || !stamps.Known {
		return 0, false
	}
	if stamps.Value != 0 && (reuse.Value == 1 || reuse.Value == 2 && OnLoopback(address)) {
		return time.Second, true
	}
	return timeWait, true
}
