package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
)

// A certainty is how sure it is that an application answers at an address.
type certainty int

const (
	// elsewhere: something says otherwise, or nothing speaks for it.
	elsewhere certainty = iota
	// likely: the port fits and nothing contradicts.
	likely
	// certain: the very address is declared.
	certain
)

// appsAt returns the applications at an address whose port is the one given where
// it names none: those that tunelint.yaml declares there; else the one whose files
// fit best. Where several fit alike it is none of them, and unclear lists them.
func (h *Host) appsAt(text, port string) (found, unclear []*appconf.App) {
	at, best := target(text, port), likely
	for _, a := range h.Apps {
		switch {
		case a.Upstream != "":
			if h.standsAt(a, text, port) {
				found = append(found, a)
			}
		default:
			switch c := h.answers(a, at); {
			case c > best:
				best, unclear = c, []*appconf.App{a}
			case c == best:
				unclear = append(unclear, a)
			}
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case len(unclear) == 1:
		return unclear, nil
	}
	return nil, unclear
}

// standsAt reports whether an application may be at an address, whatever others
// say of it.
func (h *Host) standsAt(a *appconf.App, text, port string) bool {
	if a.Upstream != "" {
		return target(a.Upstream, port).same(target(text, port))
	}
	return h.answers(a, target(text, port)) > elsewhere
}

// answers says how sure it is that the files of an application make it answer at
// an address.
func (h *Host) answers(a *appconf.App, at address) certainty {
	c := a.Container
	ownNetwork := c.Kind != "" && !c.HostNetwork.Value
	switch {
	case at.socket != "":
		return atSocket(a, at.socket)
	case slices.ContainsFunc(c.Names, func(name string) bool { return strings.EqualFold(name, at.name) }):
		return byName(a, at.port)
	case at.isLoopback() && ownNetwork && slices.ContainsFunc(c.Beside, isNginxImage):
		return listening(a, at)
	case at.isLoopback() && ownNetwork && h.Facts.Container.Value:
		return elsewhere // its own loopback, not that of the machine
	case (at.isLoopback() || at.name == "host.docker.internal") && ownNetwork:
		return published(a, at)
	case ownNetwork:
		return elsewhere
	}
	return listening(a, at)
}

// isNginxImage reports whether an image is one of nginx by its name.
func isNginxImage(image string) bool {
	name := path.Base(image)
	if strings.Contains(name, "exporter") {
		return false
	}
	return strings.Contains(name, "nginx") || strings.Contains(name, "openresty") || strings.Contains(name, "angie")
}

// atSocket compares the path of a socket; a relative one fits at the end of it.
func atSocket(a *appconf.App, socket string) certainty {
	best := elsewhere
	for _, text := range a.Listen {
		l := listener(text)
		switch relative := path.Clean(l.socket); {
		case l.socket == "":
		case path.Clean(socket) == relative:
			return certain
		case !path.IsAbs(relative) && strings.HasSuffix(socket, "/"+relative):
			best = likely
		}
	}
	return best
}

// byName judges a port under one of the names of a container.
func byName(a *appconf.App, port string) certainty {
	if a.Container.Ports != nil {
		own, ok := a.Container.Ports[port]
		if !ok {
			return elsewhere
		}
		port = own
	}
	return atPort(a, port)
}

// published judges a port of the machine that may lead into a container.
func published(a *appconf.App, at address) certainty {
	for from, to := range a.Container.Published {
		if l := listener(from); l.port == at.port && (l.name == "" || l.same(at)) {
			return atPort(a, to)
		}
	}
	return elsewhere
}

// atPort compares a port with those that an application listens at, which must
// agree where they are known.
func atPort(a *appconf.App, port string) certainty {
	known := false
	for _, text := range a.Listen {
		l := listener(text)
		if l.port != "" && l.port == port {
			return certain
		}
		known = known || l.port != ""
	}
	if known && port != "" {
		return elsewhere
	}
	return likely
}

// listening compares an address with those that an application on the same
// network listens at.
func listening(a *appconf.App, at address) certainty {
	best := elsewhere
	for _, text := range a.Listen {
		switch l := listener(text); {
		case l.socket != "" || l.port != at.port:
		case l.same(at):
			return certain
		case l.name == "" && at.isLoopback():
			best = likely
		}
	}
	return best
}
