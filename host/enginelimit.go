package host

import (
	"strconv"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/appconf/syntax"
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
	if soft, hard, ok := h.defaultUlimit(); ok {
		return soft, hard
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

// defaultUlimit reads default-ulimits of Docker's configuration; ok is false where
// it sets none. JSON is read as the YAML that it is.
func (h *Host) defaultUlimit() (soft, hard source.Setting[int64], ok bool) {
	f, err := h.View.Open(dockerConfig)
	if err != nil {
		return soft, hard, false
	}
	text := syntax.NewYAMLText(f)
	top, err := text.Parse()
	if err != nil {
		return soft, hard, false
	}
	_, ulimits := syntax.Find(top, "default-ulimits", 0)
	key, nofile := syntax.Find(ulimits, "nofile", 0)
	if key == nil {
		return soft, hard, false
	}
	read := func(name string) (s source.Setting[int64]) {
		k, v := syntax.Find(nofile, name, 0)
		if k == nil || v == nil {
			return s
		}
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil || n < 0 {
			return s
		}
		return source.Known(n, source.Origin{Span: text.Entry(k, v)})
	}
	return read("Soft"), read("Hard"), true
}
