package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Backlog is the length of an accept queue that a file asks for.
type Backlog struct {
	// Who asks: "listen 80" or the name of an application.
	Who string
	// App is the application; nil for nginx.
	App *appconf.App
	// Value is in connections.
	Value int64
	Span  source.Span
	// Elsewhere says why the host's own net.core.somaxconn may not be the one that
	// caps it; "" when it is.
	Elsewhere string
}

// Backlogs returns every accept queue length that a file asks for, those of
// nginx first. What a program asks for by default is not among them.
func (h *Host) Backlogs() []Backlog {
	out := h.listenBacklogs()
	for _, a := range h.Apps {
		if b := a.ListenBacklog; b.Known && !b.Origin.IsDefault() {
			out = append(out, Backlog{Who: a.Name, App: a, Value: int64(b.Value), Span: b.Origin.Span, Elsewhere: h.Elsewhere(a)})
		}
	}
	return out
}

func (h *Host) listenBacklogs() []Backlog {
	var out []Backlog
	if h.Nginx == nil || !h.Nginx.Whole() {
		return nil
	}
	elsewhere := ""
	if h.Facts.Container.Value {
		elsewhere = "a container may have a net.core.somaxconn of its own"
	}
	seen := map[*nginxconf.Directive]bool{}
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("listen") {
			i, text := d.Param("backlog")
			n, ok := nginxconf.ParseNumber(text)
			if ok && !seen[d] && d.Certain() {
				out = append(out, Backlog{Who: "listen " + d.Arg(0), Value: n, Span: d.ArgSpan(i), Elsewhere: elsewhere})
			}
			seen[d] = true
		}
	})
	return out
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
