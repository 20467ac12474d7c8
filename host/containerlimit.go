package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// ownContainer returns the only container with an image of nginx among those that
// the files of applications start, where this nginx surely is that one.
func (h *Host) ownContainer() (c appconf.Neighbour, ok bool) {
	for _, a := range h.Apps {
		if h.Nginx == nil || !h.Facts.Container.Value && !h.passesTo(a.Container.Names) {
			continue
		}
		for _, n := range a.Container.Neighbours {
			switch {
			case !isNginxImage(n.Image), ok && n.Span == c.Span:
			case ok:
				return appconf.Neighbour{}, false
			default:
				c, ok = n, true
			}
		}
	}
	return c, ok
}

// containerLimits returns the limits on open files that nginx is started with in a
// container; contained is false where it runs in none that is known of.
func (h *Host) containerLimits() (soft, hard source.Setting[int64], contained bool) {
	if _, own := h.ownContainer(); own || h.Facts.Container.Value {
		soft, hard = h.containerNoFile()
		return soft, hard, true
	}
	return h.runsContainer(h.Service)
}

// containerNoFile returns the limits on open files of the container that nginx
// runs in: facts.nofile_hard, else what its compose service sets. Where no soft
// limit is known, it is the hard one at most.
func (h *Host) containerNoFile() (soft, hard source.Setting[int64]) {
	c, _ := h.ownContainer()
	soft, hard = bounded(c.NoFileSoft), bounded(c.NoFileHard)
	if h.Facts.NoFileHard.Known {
		hard = h.Facts.NoFileHard
	}
	if !soft.Known || hard.Known && hard.Value < soft.Value {
		soft = hard
	}
	return soft, hard
}

// bounded drops a limit that is none, which the kernel does not grant.
func bounded(s source.Setting[int64]) source.Setting[int64] {
	if s.Value < 0 {
		return source.Setting[int64]{}
	}
	return s
}

// A ContainerLimit is the limits on open files that something gives a container.
type ContainerLimit struct {
	// Name is the application, or "nginx".
	Name       string
	Soft, Hard source.Setting[int64]
}

// ContainerLimits returns the containers of nginx and of the applications for which
// files give both limits.
func (h *Host) ContainerLimits() []ContainerLimit {
	var all, out []ContainerLimit
	if c, ok := h.ownContainer(); ok {
		all = append(all, ContainerLimit{"nginx", c.NoFileSoft, c.NoFileHard})
	}
	soft, hard, _ := h.runsContainer(h.Service)
	all = append(all, ContainerLimit{"nginx", soft, hard})
	for _, a := range h.Apps {
		all = append(all, ContainerLimit{a.Name, a.Container.NoFileSoft, a.Container.NoFileHard})
		if unit, ok := h.unitOf(a); ok {
			soft, hard, _ = h.runsContainer(unit)
			all = append(all, ContainerLimit{a.Name, soft, hard})
		}
	}
	for _, c := range all {
		if c.Soft, c.Hard = bounded(c.Soft), bounded(c.Hard); c.Soft.Known && c.Hard.Known {
			out = append(out, c)
		}
	}
	return out
}

// runsContainer reports whether the command of a unit runs a container, and
// returns the limits on open files that it sets. The limits of the unit are those
// of the program that asks the engine, not of the container.
func (h *Host) runsContainer(unit string) (soft, hard source.Setting[int64], is bool) {
	u := h.Limits.Unit(unit)
	if u == nil {
		return soft, hard, false
	}
	start := u.Last("Service", "ExecStart")
	if start == nil {
		return soft, hard, false
	}
	return appconf.ContainerCommand(start.Value, start.Span)
}

const (
	dockerConfig = "/etc/docker/daemon.json"
	// containerd starts the containers of Docker, which inherit its limits.
	containerd = "containerd.service"
)

// engineNoFile returns the limits on open files of a container of the host that
// declares none: default-ulimits of Docker, else LimitNOFILE= of containerd where
// its unit is at hand.
func (h *Host) engineNoFile(a *appconf.App) (soft, hard source.Setting[int64]) {
	if a.Container.Kind != "compose" || !h.RunsHere(a) {
		return soft, hard
	}
	if f, err := h.View.Open(dockerConfig); err == nil {
		if soft, hard, ok := appconf.DockerUlimit(f); ok {
			return soft, hard
		}
	}
	u := h.Limits.Unit(containerd)
	if u == nil || u.Fragment == nil || !h.HasSystemd() {
		return soft, hard
	}
	r := h.Limits.ServiceNoFile(containerd)
	if !r.Known || r.Value.Hard == limits.Infinity {
		return soft, hard
	}
	return source.Known(descriptors(r.Value.Soft), r.Origin), source.Known(descriptors(r.Value.Hard), r.Origin)
}
