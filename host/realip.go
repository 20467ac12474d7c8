package host

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// outsideServers returns the http servers that other machines can connect to.
func (h *Host) outsideServers() []*nginxconf.Scope {
	h.outsideSought.Do(func() { h.outside = h.seekOutsideServers() })
	return h.outside
}

func (h *Host) seekOutsideServers() []*nginxconf.Scope {
	inside, outside := map[*nginxconf.Scope]bool{}, map[*nginxconf.Scope]bool{}
	for _, l := range h.Nginx.Listens() {
		if !l.QUIC {
			into := outside
			if isLocal(l.Socket) {
				into = inside
			}
			into[l.Scope] = true
		}
	}
	return slices.DeleteFunc(h.Nginx.HTTPServers(), func(s *nginxconf.Scope) bool { return inside[s] && !outside[s] })
}

// A LimitKey is a zone that counts requests or connections by the address they
// come from, where that is the address of a balancer.
type LimitKey struct {
	// Zone is the limit_req_zone or limit_conn_zone directive; its first argument is
	// the key.
	Zone *nginxconf.Directive
	// Uses are the directives that limit by it.
	Uses []*nginxconf.Directive
}

// addressKey matches a key that is the address of the connection, or holds it.
var addressKey = regexp.MustCompile(`\$(\{(binary_)?remote_addr\}|(binary_)?remote_addr\b)`)

// LimitKeys returns the zones that count by address and limit requests of servers
// where set_real_ip_from does not put the client's address in its place. Keys
// computed elsewhere, such as by a map, are not judged.
func (h *Host) LimitKeys() []*LimitKey {
	http := h.Nginx.HTTP()
	if http == nil {
		return nil
	}
	var out []*LimitKey
	for _, kind := range []string{"limit_req", "limit_conn"} {
		limits := h.addressLimits(kind)
		for _, d := range http.Own(kind + "_zone") {
			k := &LimitKey{Zone: d, Uses: limits[zoneName(d)]}
			if d.Certain() && addressKey.MatchString(d.Arg(0)) && len(k.Uses) > 0 {
				out = append(out, k)
			}
		}
	}
	return out
}

// addressLimits returns the directives that limit by a zone where the address is
// that of the connection, by the zone's name.
func (h *Host) addressLimits(kind string) map[string][]*nginxconf.Directive {
	out := map[string][]*nginxconf.Directive{}
	for _, server := range h.outsideServers() {
		server.Walk(func(s *nginxconf.Scope) {
			realIP, limits := s.Effective("set_real_ip_from"), s.Effective(kind)
			if s.Context&(nginxconf.InServer|nginxconf.InLocation) == 0 || !realIP.Known || len(realIP.Directives) > 0 || !limits.Known {
				return
			}
			for _, d := range limits.Directives {
				if zone := usedZone(d); zone != "" && !slices.Contains(out[zone], d) {
					out[zone] = append(out[zone], d)
				}
			}
		})
	}
	return out
}

// zoneName reads "zone=NAME:SIZE".
func zoneName(d *nginxconf.Directive) string {
	_, value := d.Param("zone")
	name, _, _ := strings.Cut(value, ":")
	return name
}

// usedZone reads "limit_req zone=NAME" and "limit_conn NAME 10".
func usedZone(d *nginxconf.Directive) string {
	if d.Name == "limit_conn" {
		return d.Arg(0)
	}
	return zoneName(d)
}

// A TrustedAll is set_real_ip_from directives of one block that trust every
// address.
type TrustedAll struct {
	Level      *nginxconf.Scope
	Directives []*nginxconf.Directive
}

// TrustsAll returns the directives that let everybody say which address a
// request comes from, in force in servers that other machines can connect to.
func (h *Host) TrustsAll() []*TrustedAll {
	var out []*TrustedAll
	seen := map[*nginxconf.Directive]bool{}
	for _, server := range h.outsideServers() {
		server.Walk(func(s *nginxconf.Scope) {
			for _, p := range s.Effective("set_real_ip_from").Placed() {
				if seen[p.Directive] || !p.Certain() || !everyAddress(p.Arg(0)) {
					continue
				}
				seen[p.Directive] = true
				i := slices.IndexFunc(out, func(t *TrustedAll) bool { return t.Level == p.Scope })
				if i < 0 {
					i, out = len(out), append(out, &TrustedAll{Level: p.Scope})
				}
				out[i].Directives = append(out[i].Directives, p.Directive)
			}
		})
	}
	return out
}

// everyAddress reports whether a network holds all addresses of its family.
func everyAddress(network string) bool {
	prefix, err := netip.ParsePrefix(network)
	return err == nil && prefix.Bits() == 0
}
