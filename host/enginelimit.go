package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

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
