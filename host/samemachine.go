package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// SameMachine reports whether nginx and every server of an upstream share a
// host, by loopback addresses and unix sockets.
func SameMachine(u *nginxconf.Upstream) bool {
	for _, s := range u.Servers {
		if !isLocal(s.Address) {
			return false
		}
	}
	return len(u.Servers) > 0
}

// Elsewhere says why an application may not share the host's kernel settings
// with nginx; "" when it surely does.
func (h *Host) Elsewhere(a *appconf.App) string {
	if h.Facts.Container.Value {
		return "a container may have limits of its own"
	}
	if !a.Container.HostNetwork.Value && (a.Container.Kind != "" || slices.ContainsFunc(a.Files, isCompose)) {
		return a.Name + " runs in a container, which may have limits of its own"
	}
	if !h.RunsHere(a) {
		return a.Name + " may run on another machine"
	}
	return ""
}

func isCompose(f *source.File) bool {
	name := path.Base(f.Path)
	ext := path.Ext(name)
	return (ext == ".yml" || ext == ".yaml") && strings.Contains(name, "compose")
}

// RunsHere reports whether nginx reaches the application by loopback addresses
// or unix sockets only.
func (h *Host) RunsHere(a *appconf.App) bool {
	if h.Nginx == nil {
		return false
	}
	here := false
	for _, u := range h.Nginx.Upstreams() {
		if !h.behindAny(a, u) {
			continue
		}
		if here = SameMachine(u); !here {
			return false
		}
	}
	for _, r := range h.Nginx.Routes() {
		if r.Upstream != nil || r.Address == "" || !h.standsAt(a, r.Address, passPort(r.Scheme)) {
			continue
		}
		if here = isLocal(r.Address); !here {
			return false
		}
	}
	return here || a.Upstream != "" && isLocal(a.Upstream)
}

// behindAny reports whether an application stands behind an upstream block, by its
// name or at one of its servers.
func (h *Host) behindAny(a *appconf.App, u *nginxconf.Upstream) bool {
	return strings.EqualFold(a.Upstream, u.Name) ||
		slices.ContainsFunc(u.Servers, func(s *nginxconf.Server) bool { return h.standsAt(a, s.Address, "80") })
}
