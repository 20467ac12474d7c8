package host

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
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
	// Limit is the net.core.somaxconn that caps it, and Own reports that it is that
	// of a container. Elsewhere says why it is not known which one that is, "" when
	// it is.
	Limit     source.Setting[int64]
	Own       bool
	Elsewhere string

	listen *nginxconf.Directive // of nginx, with the number of the parameter backlog=
	param  int
}

// somaxconn is the longest accept queue that the kernel allows.
const somaxconn = "net.core.somaxconn"

// OwnSomaxconn says why the net.core.somaxconn of a container is not known.
const OwnSomaxconn = "a container may have a net.core.somaxconn of its own"

// Backlogs returns every accept queue length that a file asks for, those of
// nginx first. What a program asks for by default is not among them.
func (h *Host) Backlogs() []Backlog {
	out := h.listenBacklogs()
	for _, a := range h.Apps {
		if b := a.ListenBacklog; b.Known && !b.Origin.IsDefault() {
			limit, own, elsewhere := h.QueueLimit(a)
			out = append(out, Backlog{Who: a.Name, App: a, Value: int64(b.Value), Span: b.Origin.Span, Limit: limit, Own: own, Elsewhere: elsewhere})
		}
	}
	return out
}

// CutsQueue reports whether the host's own net.core.somaxconn is surely below what a
// file asks for.
func (h *Host) CutsQueue() bool {
	return slices.ContainsFunc(h.Backlogs(), func(b Backlog) bool {
		return b.Elsewhere == "" && !b.Own && b.Limit.Known && b.Value > b.Limit.Value
	})
}

func (h *Host) listenBacklogs() []Backlog {
	var out []Backlog
	if h.Nginx == nil || !h.Nginx.Whole() {
		return nil
	}
	elsewhere := ""
	if h.Facts.Container.Value {
		elsewhere = OwnSomaxconn
	}
	seen := map[*nginxconf.Directive]bool{}
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("listen") {
			i, text := d.Param("backlog")
			n, ok := nginxconf.ParseNumber(text)
			if ok && !seen[d] && d.Certain() {
				out = append(out, Backlog{Who: "listen " + d.Arg(0), Value: n, Span: d.ArgSpan(i), Limit: h.Sysctl.Int(somaxconn), Elsewhere: elsewhere, listen: d, param: i})
			}
			seen[d] = true
		}
	})
	return out
}

// QueueLimit returns the net.core.somaxconn of the network that an application
// listens in. A container with a network of its own does not have the host's: it
// starts with the kernel's default (net/core/sysctl_net_core.c).
func (h *Host) QueueLimit(a *appconf.App) (limit source.Setting[int64], own bool, elsewhere string) {
	c := a.Container
	if c.Kind == "" || c.HostNetwork.Value || h.Facts.Container.Value {
		return h.Sysctl.Int(somaxconn), false, h.Elsewhere(a)
	}
	if set, ok := c.Sysctls[somaxconn]; ok {
		n, err := strconv.ParseInt(strings.TrimSpace(set.Value), 10, 64)
		if !set.Known || err != nil {
			return limit, true, a.Name + " sets " + somaxconn + " in its container, to what is not known"
		}
		return source.Known(n, set.Origin), true, ""
	}
	if !c.HostNetwork.Known || c.Kind != "compose" || !h.RunsHere(a) && !h.passesTo(c.Names) {
		return limit, true, a.Name + " runs in a container, and the kernel below it is not known"
	}
	key, known := sysctl.Lookup(somaxconn)
	if !known || !h.Facts.Kernel.Known {
		return limit, true, "the kernel's default for containers is not known without its version"
	}
	text, _ := key.DefaultFor(h.Facts.Kernel.Value)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return limit, true, "the kernel's default for containers is not known"
	}
	return source.Known(n, source.Origin{Default: "kernel " + h.Facts.Kernel.Value + " default for a container"}), true, ""
}

// passesTo reports whether nginx passes requests to one of the names.
func (h *Host) passesTo(names []string) bool {
	if h.Nginx == nil {
		return false
	}
	named := func(address string) bool {
		name, _, _ := strings.Cut(address, ":")
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	for _, r := range h.Nginx.Routes() {
		if named(r.Address) || r.Upstream != nil && slices.ContainsFunc(r.Upstream.Servers, func(s *nginxconf.Server) bool { return named(s.Address) }) {
			return true
		}
	}
	return false
}

// LongestQueue returns what asks for the longest accept queue of the host's own
// network, nginx's default of 511 included, and how long it is: not longer than
// net.core.somaxconn. It is false where nothing listens or the limit cannot be told.
func (h *Host) LongestQueue() (b Backlog, length int64, ok bool) {
	limit := h.Sysctl.Int(somaxconn)
	if !limit.Known || h.Facts.Container.Value {
		return b, 0, false
	}
	consider := func(x Backlog) {
		if n := min(x.Value, limit.Value); n > length {
			b, length, ok = x, n, true
		}
	}
	for _, x := range h.Backlogs() {
		if x.Elsewhere == "" && !x.Own && x.Value > 0 {
			consider(x)
		}
	}
	for _, s := range h.Sockets() {
		if asked := s.Listens[0]; s.DefaultBacklog() {
			consider(Backlog{Who: "listen " + asked.Directive.Arg(0), Value: asked.Backlog().Value, Span: asked.Directive.HeadSpan(), Limit: limit})
		}
	}
	return b, length, ok
}
