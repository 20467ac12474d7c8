package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Target is one place that nginx passes http requests to: an
// upstream block or a literal address.
type Target struct {
	// Name is that of the block, or the address.
	Name string
	// Upstream is nil for a literal address.
	Upstream *nginxconf.Upstream
	Routes   []*nginxconf.Route
}

// Targets returns the places that nginx passes http requests to, in order; false
// where some are known only at run time.
func (h *Host) Targets() (targets []*Target, known bool) {
	h.aimed.Do(func() { h.targets, h.targetsKnown = h.findTargets() })
	return h.targets, h.targetsKnown
}

// findTargets looks at every route once, as rules ask for each upstream.
func (h *Host) findTargets() (targets []*Target, known bool) {
	type place struct {
		upstream *nginxconf.Upstream
		address  address
	}
	index := map[place]*Target{}
	for _, r := range h.Nginx.Routes() {
		switch {
		case r.Module == "stream":
			continue
		case r.Variable:
			return nil, false
		}
		name, at := r.Address, place{upstream: r.Upstream}
		if r.Upstream != nil {
			name = r.Upstream.Name
		} else {
			at.address = target(r.Address, passPort(r.Scheme))
		}
		if index[at] == nil {
			index[at] = &Target{Name: name, Upstream: r.Upstream}
			targets = append(targets, index[at])
		}
		index[at].Routes = append(index[at].Routes, r)
	}
	return targets, true
}

// OneTarget reports whether all http requests that are passed on go to the same
// place, so that a workload declared for the host is a workload of it.
func (h *Host) OneTarget() bool {
	targets, known := h.Targets()
	return known && len(targets) == 1 && h.Nginx.Hidden() == nil
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
	weights := map[string]int64{} // a server may stand in the block more than once
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
		whole += weight
		at := withPort(s.Address)
		if weights[at] += weight; weights[at] > part {
			address, part = at, weights[at]
		}
	}
	return address, part, whole, whole > 0
}

// rate returns how many of the connections a second the server gets that gets most.
func (t *Target) rate(all int64) (int64, bool) {
	if _, part, whole, ok := t.Share(); ok {
		return all * part / whole, true
	}
	return all, t.Upstream == nil || len(t.Upstream.Servers) == 1
}
