package host

import (
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// A HeaderSet is one set of proxy_set_header entries with the routes whose
// requests carry it.
type HeaderSet struct {
	// Value is the set; no Directives means nginx's own two, Host and Connection.
	nginxconf.Value
	// At is the block that holds the set; without one, the server that could.
	At     *nginxconf.Scope
	Routes []*nginxconf.Route
	// Unread reports that there are routes in At whose set cannot be read.
	Unread bool
}

// HeaderSets returns the sets of all routes of the proxy module, in order.
// Routes whose set cannot be read are left out. Nobody changes them.
func (h *Host) HeaderSets() []*HeaderSet {
	h.headersRead.Do(func() { h.headerSets = h.readHeaderSets() })
	return h.headerSets
}

func (h *Host) readHeaderSets() []*HeaderSet {
	var out []*HeaderSet
	var unread []*nginxconf.Route
	index := map[*nginxconf.Directive]*HeaderSet{}
	for _, r := range h.Nginx.Routes() {
		server := r.Scope.Enclosing(nginxconf.InServer)
		if r.Module != "proxy" || server == nil {
			continue
		}
		s := &HeaderSet{Value: r.Scope.Effective("proxy_set_header"), At: server}
		if s.Level != nil {
			s.At = s.Level
		}
		if !s.Known {
			unread = append(unread, r)
			continue
		}
		if index[s.At.Directive] == nil {
			index[s.At.Directive] = s
			out = append(out, s)
		}
		set := index[s.At.Directive]
		set.Routes = append(set.Routes, r)
	}
	for _, s := range out {
		s.Unread = slices.ContainsFunc(unread, func(r *nginxconf.Route) bool { return r.Scope.Within(s.At) })
	}
	return out
}

// Sets reports whether the set has an entry for one of the headers.
func (s *HeaderSet) Sets(names ...string) bool {
	return slices.ContainsFunc(s.Directives, func(d *nginxconf.Directive) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, d.Arg(0)) })
	})
}

// clientAddress matches the variables that tell who a request comes from.
var clientAddress = regexp.MustCompile(`(?i)\$\{?(remote_addr|realip_remote_addr|binary_remote_addr|proxy_protocol_addr|proxy_add_x_forwarded_for|http_x_forwarded_for|http_x_real_ip|http_forwarded|http_\w*connecting_ip|http_\w*client_ip)\b`)

// TellsClient reports whether some entry of the set says who the client is.
func (s *HeaderSet) TellsClient() bool {
	return s.Sets("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded") ||
		slices.ContainsFunc(s.Directives, func(d *nginxconf.Directive) bool { return clientAddress.MatchString(d.Arg(1)) })
}

// ClientRoutes returns the routes of the proxy module that hand clients' requests
// to a server of this host's own: one of an upstream block with a name that is no
// domain, or an address. Other names are other sites, which expect their own in
// Host. What only nginx itself, a health check or this machine asks for does not
// count.
func (h *Host) ClientRoutes() map[*nginxconf.Route]bool {
	out := map[*nginxconf.Route]bool{}
	outside := map[*nginxconf.Scope]bool{}
	for _, server := range h.outsideServers() {
		outside[server] = true
	}
	for _, r := range h.Nginx.Routes() {
		server := r.Scope.Enclosing(nginxconf.InServer)
		if r.Module != "proxy" || r.Variable || !outside[server] || !ownServer(r) || h.healthPath(r) {
			continue
		}
		internal, pass := r.Scope.Effective("internal"), r.Scope.Effective("proxy_pass_request_headers").On()
		if internal.Directive() == nil && pass.Known && pass.Value {
			out[r] = true
		}
	}
	return out
}

// ownServer reports whether a route leads to a server without a domain name.
func ownServer(r *nginxconf.Route) bool {
	if r.Upstream != nil {
		return !strings.Contains(r.Upstream.Name, ".")
	}
	name, _, err := net.SplitHostPort(withPort(r.Address))
	return strings.HasPrefix(r.Address, "unix:") || err == nil && (net.ParseIP(name) != nil || !strings.Contains(name, "."))
}

// healthPath reports whether a route stands in a location that serves nothing but
// the health check of a balancer.
func (h *Host) healthPath(r *nginxconf.Route) bool {
	location := r.Scope.Enclosing(nginxconf.InLocation)
	return location != nil && slices.ContainsFunc(h.Balancers, func(b *appconf.LoadBalancer) bool {
		return b.HealthCheck.Path.Known && MadeFor(location, b.HealthCheck.Path.Value)
	})
}

// BehindHTTPBalancer reports whether a declared balancer speaks HTTP: it tells
// nginx who the client is in headers, and connects with its own address.
func (h *Host) BehindHTTPBalancer() bool {
	for _, b := range h.Balancers {
		if b.Layer == 7 {
			return true
		}
	}
	return false
}
