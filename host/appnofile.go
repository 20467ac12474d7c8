package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// raisesNoFile are runtimes that raise their soft limit to the hard one when they
// start: Go since 1.19 (runtime, os/rlimit.go), Node (src/node.cc) and the JVM
// (-XX:+MaxFDLimit, the default).
var raisesNoFile = []string{
	"go", "gin", "echo", "fiber", "caddy", "traefik", "node", "express", "koa", "hapi", "fastify", "nestjs", "next",
	"tomcat", "spring-boot", "jetty", "undertow", "reactor-netty", "vertx", "quarkus", "micronaut", "jdk-httpserver",
}

// AppNoFile returns how many files one process of an application may open: the
// limit of its container, else that of its systemd unit, else what the container
// engine gives. It is unknown where none of them is at hand.
func (h *Host) AppNoFile(a *appconf.App) source.Setting[int64] {
	soft, hard := a.Container.NoFileSoft, a.Container.NoFileHard
	if !soft.Known {
		soft, hard = h.unitNoFile(a)
	}
	if !soft.Known && !hard.Known {
		soft, hard = h.engineNoFile(a)
	}
	if a.Runtime != nil && slices.Contains(raisesNoFile, a.Runtime.Family) {
		return hard
	}
	return soft
}

// unitNoFile is what systemd starts the only unit of an application with.
func (h *Host) unitNoFile(a *appconf.App) (soft, hard source.Setting[int64]) {
	name, ok := h.unitOf(a)
	if !ok {
		return soft, hard
	}
	if soft, hard, is := h.runsContainer(name); is {
		return soft, hard
	}
	r := h.Limits.ServiceNoFile(name)
	if !r.Known {
		return soft, hard
	}
	return source.Known(descriptors(r.Value.Soft), r.Origin), source.Known(descriptors(r.Value.Hard), r.Origin)
}

// unitOf returns the name of the only unit among the files of an application, if
// systemd starts it.
func (h *Host) unitOf(a *appconf.App) (name string, ok bool) {
	for _, f := range a.Files {
		if base := path.Base(f.Path); strings.HasSuffix(base, ".service") {
			if name != "" {
				return "", false
			}
			name = base
		}
	}
	return name, name != "" && h.Limits.Unit(name) != nil && h.HasSystemd()
}
