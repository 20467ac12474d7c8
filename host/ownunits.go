package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/limits"
)

// OwnUnits returns the units of nginx and of the applications of which files are
// at hand and that systemd may start.
func (h *Host) OwnUnits() []*limits.Unit {
	if !h.HasSystemd() {
		return nil
	}
	names := []string{h.Service}
	for _, a := range h.Apps {
		for _, f := range a.Files {
			if base := path.Base(f.Path); strings.HasSuffix(base, ".service") {
				names = append(names, base)
			}
		}
	}
	var out []*limits.Unit
	for _, name := range names {
		if u := h.Limits.Unit(name); u != nil && !u.Masked && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}
