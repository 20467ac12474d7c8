package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// Reuses says whether a route lets nginx reuse connections to an upstream
// block, whatever module passes: proxy as [Host.ReuseOn] says, fastcgi with
// fastcgi_keep_conn, grpc and memcached always, uwsgi and scgi never, for these
// protocols know no keep-alive (ngx_http_upstream_module, "keepalive"). known
// is false when something that decides cannot be read.
func (h *Host) Reuses(r *nginxconf.Route) (reuses, known bool) {
	switch r.Module {
	case "proxy":
		reuse := h.ReuseOn(r)
		return reuse.OK(), reuse.Known
	case "fastcgi":
		on := r.Scope.Effective("fastcgi_keep_conn").On()
		return on.Known && on.Value, on.Known
	case "grpc", "memcached":
		return true, true
	}
	return false, true
}

// Pooled reports whether a route passes to an upstream block that keeps idle
// connections.
func (h *Host) Pooled(r *nginxconf.Route) bool {
	if r.Upstream == nil {
		return false
	}
	_, ok := h.PoolOf(r.Upstream)
	return ok
}

// OnlyPooled reports whether a proxy directive written in the block of a scope
// would reach no requests but those passed to upstream blocks with a pool: no
// other route within the block takes the directive's value from the block or
// from outside it. A block in a file that is included several times is judged
// in all its places.
func (h *Host) OnlyPooled(at *nginxconf.Scope, name string) bool {
	for _, r := range h.Nginx.Routes() {
		if r.Module == "proxy" && !h.Pooled(r) && takesFrom(r.Scope, at.Directive, r.Scope.Effective(name).Level) {
			return false
		}
	}
	return true
}

// DecidesOnlyPooled reports whether every proxy route for which a directive is
// among those in force passes to an upstream block with a pool.
func (h *Host) DecidesOnlyPooled(d *nginxconf.Directive) bool {
	for _, r := range h.Nginx.Routes() {
		if r.Module != "proxy" || h.Pooled(r) {
			continue
		}
		for _, other := range r.Scope.Effective(d.Name).Directives {
			if other == d {
				return false
			}
		}
	}
	return true
}

// takesFrom reports whether a scope lies within a block and no level inside the
// block decides for it.
func takesFrom(s *nginxconf.Scope, block *nginxconf.Directive, level *nginxconf.Scope) bool {
	for ; s != nil; s = s.Parent {
		if s.Directive == block {
			return true
		}
		if s == level {
			return false
		}
	}
	return false
}

// PooledLevel is where a proxy directive that a location lacks is written once
// for all: the server, where it serves two or more locations, has none of its
// own and passes nothing that could take the directive to a place without a
// pool; else the location.
func (h *Host) PooledLevel(location *nginxconf.Scope, name string) *nginxconf.Scope {
	server := location.Enclosing(nginxconf.InServer)
	if server == nil || len(server.Own(name)) > 0 || !h.OnlyPooled(server, name) {
		return location
	}
	served := map[*nginxconf.Directive]bool{}
	for _, r := range h.Nginx.Routes() {
		if at := r.Scope.Enclosing(nginxconf.InLocation); r.Module == "proxy" && takesFrom(r.Scope, server.Directive, r.Scope.Effective(name).Level) {
			served[at.Directive] = true
		}
	}
	if len(served) < 2 {
		return location
	}
	return server
}

// ConnectionHeader returns the directive that sets the Connection header among
// those of a proxy_set_header value, nil when none does.
func ConnectionHeader(headers nginxconf.Value) *nginxconf.Directive {
	var last *nginxconf.Directive
	for _, d := range headers.Directives {
		if strings.EqualFold(d.Arg(0), "Connection") {
			last = d
		}
	}
	return last
}

// ConnectionOnlyPooled reports whether every proxy route that sets the
// Connection header to a value passes to an upstream block with a pool.
func (h *Host) ConnectionOnlyPooled(value string) bool {
	for _, r := range h.Nginx.Routes() {
		if r.Module != "proxy" || h.Pooled(r) {
			continue
		}
		if d := ConnectionHeader(r.Scope.Effective("proxy_set_header")); d != nil && d.Arg(1) == value {
			return false
		}
	}
	return true
}
