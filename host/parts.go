package host

import (
	"cmp"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// A Part is a file of a host with what it is read as.
type Part struct {
	File *source.File
	// Role is "nginx", "sysctl", "limits", "unit", "app NAME" or "tunelint".
	Role string
	// Reads says how often nginx reads the file; 0 for the others.
	Reads int
}

// Parts returns every file that was read for the host by role and path, nginx's
// in the order in which it first reads them. A file may have several roles.
func (h *Host) Parts() []Part {
	var out []Part
	if h.Nginx != nil {
		for _, d := range h.Nginx.Documents {
			out = append(out, Part{d.File, "nginx", h.Reads(d.File)})
		}
	}
	add := func(role string, files []*source.File) {
		files = slices.Clone(files)
		slices.SortFunc(files, func(a, b *source.File) int { return cmp.Compare(a.Path, b.Path) })
		for _, f := range files {
			out = append(out, Part{File: f, Role: role})
		}
	}
	add("sysctl", h.Sysctl.Files())
	conf, units := h.limitsParts()
	add("limits", conf)
	add("unit", units)
	for _, a := range h.Apps {
		add("app "+a.Name, a.Files)
	}
	add("tunelint", h.Extra)
	return slices.Compact(out)
}

// Reads returns how often nginx reads one of its files: the main file once.
func (h *Host) Reads(f *source.File) int { return max(1, len(h.Nginx.Readings(f))) }

// limitsParts tells the limits files from the files of systemd.
func (h *Host) limitsParts() (conf, units []*source.File) {
	for _, d := range h.Limits.Documents {
		conf = append(conf, d.File)
	}
	for _, f := range h.Limits.Files() {
		if !slices.Contains(conf, f) {
			units = append(units, f)
		}
	}
	return conf, units
}
