package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// AppsOf returns the applications behind an upstream block: those declared for
// its name, and those behind its servers; see [Host.AppsOn].
func (h *Host) AppsOf(u *nginxconf.Upstream) []*appconf.App {
	h.chained.Do(h.chain)
	if apps, ok := h.behind[u]; ok {
		return apps
	}
	return h.appsOf(u)
}

// chain finds the applications behind all upstream blocks and addresses once:
// every lookup about requests asks for them.
func (h *Host) chain() {
	h.behind, h.reached = map[*nginxconf.Upstream][]*appconf.App{}, map[*nginxconf.Route][]*appconf.App{}
	if h.Nginx == nil {
		return
	}
	for _, u := range h.Nginx.Upstreams() {
		h.behind[u] = h.appsOf(u)
	}
	for _, r := range h.Nginx.Routes() {
		if r.Upstream == nil && r.Address != "" {
			h.reached[r], _ = h.appsAt(r.Address, passPort(r.Scheme))
		}
	}
}

func (h *Host) appsOf(u *nginxconf.Upstream) []*appconf.App {
	behind := map[*appconf.App]bool{}
	for _, a := range h.Apps {
		behind[a] = strings.EqualFold(a.Upstream, u.Name)
	}
	named := slices.ContainsFunc(h.Apps, func(a *appconf.App) bool { return behind[a] })
	for _, s := range u.Servers {
		found, _ := h.appsAt(s.Address, "80")
		for _, a := range found {
			behind[a] = behind[a] || !named || a.Upstream != ""
		}
	}
	var out []*appconf.App
	for _, a := range h.Apps {
		if behind[a] {
			out = append(out, a)
		}
	}
	return out
}

// Serves reports whether an application stands behind one server of an upstream:
// it is declared for the block, or found at the server's address.
func (h *Host) Serves(a *appconf.App, u *nginxconf.Upstream, s *nginxconf.Server) bool {
	found, _ := h.appsAt(s.Address, "80")
	return strings.EqualFold(a.Upstream, u.Name) || slices.Contains(found, a)
}

// Covers reports whether applications stand behind every server of an upstream:
// one is declared for the block, or one for each address.
func (h *Host) Covers(u *nginxconf.Upstream) bool {
	if slices.ContainsFunc(h.Apps, func(a *appconf.App) bool { return strings.EqualFold(a.Upstream, u.Name) }) {
		return len(u.Servers) > 0
	}
	for _, s := range u.Servers {
		if found, _ := h.appsAt(s.Address, "80"); len(found) == 0 {
			return false
		}
	}
	return len(u.Servers) > 0
}

// AppsOn returns the applications that a route reaches: those whose upstream
// tunelint.yaml gives as the name of the block or the address. An application
// without one stands where its files make it listen: at an address, at a socket,
// or under the names of its container. It is none where two fit alike.
func (h *Host) AppsOn(r *nginxconf.Route) []*appconf.App {
	if r.Upstream != nil {
		return h.AppsOf(r.Upstream)
	}
	h.chained.Do(h.chain)
	return h.reached[r]
}

// Unclear returns the places that nginx passes requests to where several
// applications fit alike, so that it counts as none of them.
func (h *Host) Unclear() []source.Skip {
	if h.Nginx == nil || len(h.Apps) < 2 {
		return nil
	}
	var out []source.Skip
	note := func(at source.Span, address, port string) {
		if _, unclear := h.appsAt(address, port); len(unclear) > 0 {
			out = append(out, source.Skip{Span: at, Why: "which application answers here is not clear: " + appNames(unclear) + " may; give their upstream in tunelint.yaml"})
		}
	}
	for _, u := range h.Nginx.Upstreams() {
		if slices.ContainsFunc(h.Apps, func(a *appconf.App) bool { return strings.EqualFold(a.Upstream, u.Name) }) {
			continue
		}
		for _, s := range u.Servers {
			note(s.Directive.HeadSpan(), s.Address, "80")
		}
	}
	for _, r := range h.Nginx.Routes() {
		if r.Upstream == nil && r.Address != "" {
			note(r.Pass.HeadSpan(), r.Address, passPort(r.Scheme))
		}
	}
	return out
}

func appNames(apps []*appconf.App) string {
	var names []string
	for _, a := range apps {
		names = append(names, a.Name)
	}
	return strings.Join(names, " and ")
}
