package host

import "github.com/tunelint/tunelint/nginxconf"

// PoolLost returns the balancing method that costs an upstream its pool: before
// 1.29.7 each method replaces what keepalive has set up, unless it stands above
// (ngx_http_upstream_keepalive_module, "keepalive"); nil where none does. Where
// several stand below, it is the last one.
func (h *Host) PoolLost(u *nginxconf.Upstream) (method *nginxconf.Directive) {
	keepalive := u.Scope.Last("keepalive")
	if keepalive == nil || nginxconf.PoolByDefault(h.Nginx.Version) {
		return nil
	}
	methods, below := u.BalancingMethods(), false
	for _, d := range u.Scope.Items() {
		below = below || d == keepalive
		for _, m := range methods {
			if below && d == m {
				method = m
			}
		}
	}
	return method
}
