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

// WhyNotReused says in words what keeps nginx from reusing connections on a
// route, or that nobody can tell.
func (h *Host) WhyNotReused(r *nginxconf.Route) string {
	reuse := h.ReuseOn(r)
	switch {
	case r.Module == "fastcgi":
		return "fastcgi_keep_conn is off here: no connection is reused as it stands"
	case reuse.Version.Known && reuse.HTTP10:
		return "requests go out in HTTP/1.0 here: no connection is reused as it stands"
	case reuse.Known && reuse.Close:
		return "requests carry Connection: close here: no connection is reused as it stands"
	}
	return "whether connections are reused here cannot be told"
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
