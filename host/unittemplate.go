package host

import (
	"path"

	"github.com/tunelint/tunelint/nginxconf"
)

// templatedUnit reports whether the tree holds a template of nginx's unit or of one
// of its drop-ins: what it is rendered to may set anything.
func (h *Host) templatedUnit() bool {
	if h.Live {
		return false
	}
	for _, dir := range []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		if MainOrTemplate(h.View, path.Join(dir, h.Service)) != "" && !h.View.Exists(path.Join(dir, h.Service)) {
			return true
		}
		entries, err := h.View.ReadDir(path.Join(dir, h.Service+".d"))
		if err != nil {
			continue
		}
		for _, e := range entries {
			if made, ok := nginxconf.Rendered(e.Name()); ok && path.Ext(made) == ".conf" {
				return true
			}
		}
	}
	return false
}
