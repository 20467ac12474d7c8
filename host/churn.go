package host

import (
	"time"

	"github.com/tunelint/tunelint/nginxconf"
)

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
	if stamps.Value != 0 && (reuse.Value == 1 || reuse.Value == 2 && onLoopback(address)) {
		return time.Second, true
	}
	return timeWait, true
}
