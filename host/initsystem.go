package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/limits"
)

// HasSystemd reports whether systemd starts the host's services, as far as can
// be told: it does on a machine where sd_booted(3) finds it, and is taken for
// granted where only files are at hand that do not tell of OpenRC.
func (h *Host) HasSystemd() bool {
	if h.Facts.Container.Value || h.NginxOnly {
		return false
	}
	if h.Live {
		return h.View.Exists("/run/systemd/system")
	}
	return !h.hasOpenRC()
}

// hasOpenRC reports whether OpenRC starts the host's services: the script of nginx
// is one of its own, or the distribution knows nothing else, and no systemd is there.
func (h *Host) hasOpenRC() bool {
	if h.View.Exists("/usr/lib/systemd/systemd") || h.View.Exists("/lib/systemd/systemd") {
		return false
	}
	if id, _ := h.Distribution(); id == "alpine" || h.View.Exists("/etc/alpine-release") {
		return true
	}
	script, err := h.View.Open("/etc/init.d/" + strings.TrimSuffix(h.Service, ".service"))
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(script.Text, "\n")
	return strings.HasPrefix(first, "#!") && (strings.HasSuffix(first, "/openrc-run") || strings.HasSuffix(first, "/runscript"))
}

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
