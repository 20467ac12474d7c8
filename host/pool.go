package host

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Pool is the idle connections that nginx keeps to the servers of an upstream.
type Pool struct {
	// Size is the number of idle connections per worker.
	Size int64
	// Local reports that each location keeps that many for itself.
	Local bool
	// Origin is the keepalive directive, or the default since nginx 1.29.7.
	Origin source.Origin
	// IdleTimeout is how long nginx keeps one of them.
	IdleTimeout source.Setting[time.Duration]
}

// defaultPool is what nginx 1.29.7 and later give every upstream block:
// "keepalive 32 local" (ngx_http_upstream_keepalive_module).
const defaultPool = 32

// PoolOf returns the pool of an upstream block of h.Nginx, false when it has none or
// nobody can tell.
func (h *Host) PoolOf(u *nginxconf.Upstream) (Pool, bool) {
	h.poolsRead.Do(func() { // for all at once, as many rules ask for each
		h.pools = map[*nginxconf.Upstream]Pool{}
		for _, u := range h.Nginx.Upstreams() {
			if p, ok := h.readPool(u); ok {
				h.pools[u] = p
			}
		}
	})
	p, ok := h.pools[u]
	return p, ok
}

func (h *Host) readPool(u *nginxconf.Upstream) (Pool, bool) {
	p := Pool{}
	switch d := u.Scope.Last("keepalive"); {
	case u.Stream:
		return p, false
	case d != nil:
		n, ok := nginxconf.ParseNumber(d.Arg(0))
		if !ok || n == 0 {
			return p, false
		}
		p.Size, p.Local, p.Origin = n, d.Arg(1) == "local", source.Origin{Span: d.HeadSpan()}
	case nginxconf.PoolByDefault(h.Nginx.Version):
		p.Size, p.Local = defaultPool, true
		p.Origin = source.Origin{Default: "nginx " + h.Nginx.Release().String() + " default", Assumed: !h.Facts.NginxVersion.Known}
	default:
		return p, false
	}
	p.IdleTimeout = u.Scope.Effective("keepalive_timeout").Time()
	return p, true
}

// Reuse says whether a route lets nginx reuse a connection, and if not, what
// keeps it from doing so.
type Reuse struct {
	// Known is false when something that decides cannot be read.
	Known bool
	// HTTP10 and Close are what prevents reuse: requests in HTTP/1.0, and a
	// Connection header of "close".
	HTTP10, Close bool
	// Version and Connection are what decides.
	Version, Connection nginxconf.Value
}

// OK reports that connections are reused.
func (r Reuse) OK() bool { return r.Known && !r.HTTP10 && !r.Close }

// ReuseOn judges a route of the proxy module; other modules reuse connections
// by other rules and are reported as unknown.
func (h *Host) ReuseOn(r *nginxconf.Route) Reuse {
	if r.Module != "proxy" {
		return Reuse{}
	}
	out := Reuse{
		Version:    r.Scope.Effective("proxy_http_version"),
		Connection: r.Scope.Effective("proxy_set_header"),
	}
	out.Known = out.Version.Known && out.Connection.Known
	out.HTTP10 = out.Version.First() == "1.0"
	value, known := h.connectionHeader(out.Connection)
	out.Known = out.Known && known
	out.Close = strings.EqualFold(value, "close")
	return out
}

// connectionHeader returns the Connection header that a plain request carries.
func (h *Host) connectionHeader(headers nginxconf.Value) (value string, known bool) {
	if d := ConnectionHeader(headers); d != nil {
		return h.PlainValue(d.Arg(1))
	}
	if nginxconf.PoolByDefault(h.Nginx.Version) {
		return "", true
	}
	return "close", true
}

// PlainValue returns what a value is for a request without an Upgrade header:
// itself, or what a map of $http_upgrade gives for the empty string. Other
// variables make it unknown.
func (h *Host) PlainValue(value string) (plain string, known bool) {
	if !strings.Contains(value, "$") {
		return value, true
	}
	entry := h.UpgradeMapEntry(value)
	if entry == nil || strings.Contains(entry.Arg(0), "$") {
		return "", false
	}
	return entry.Arg(0), true
}

// UpgradeMapEntry returns the entry that decides a variable for plain requests,
// where the variable is a map of $http_upgrade; nil otherwise.
func (h *Host) UpgradeMapEntry(variable string) *nginxconf.Directive {
	http := h.Nginx.HTTP()
	if http == nil {
		return nil
	}
	for _, d := range slices.Backward(http.Own("map")) { // the last map of a variable wins
		if len(d.Args) != 2 || d.Arg(0) != "$http_upgrade" || d.Arg(1) != variable || d.Block == nil {
			continue
		}
		var byDefault *nginxconf.Directive
		for _, entry := range d.Block.Directives {
			switch entry.Name {
			case "":
				return entry
			case "default":
				byDefault = entry
			case "include":
				return nil
			}
		}
		return byDefault
	}
	return nil
}
