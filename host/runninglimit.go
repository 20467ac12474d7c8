package host

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// RunningLimit is how many files the workers of a running nginx are to be able to
// open by the host's files.
type RunningLimit struct {
	// Limit is what the files give; its origin is worker_rlimit_nofile or the unit.
	Limit source.Setting[int64]
	// Directive reports that worker_rlimit_nofile gives it.
	Directive bool
	// Why says what keeps Limit from being known; "" where another rule speaks of it.
	Why string
}

// runningLimit returns the limit that the files give the workers of a master.
func (h *Host) runningLimit(m machine.Master) RunningLimit {
	v := h.Nginx.Root.Effective("worker_rlimit_nofile")
	switch {
	case !v.Known:
		return RunningLimit{Why: "a file that may set worker_rlimit_nofile cannot be read"}
	case v.Directive() == nil:
		return h.runningInherited(m)
	}
	n := v.Number()
	if ceiling := h.NoFileCeiling(); !n.Known || n.Value == 0 || ceiling.Known && n.Value > ceiling.Value {
		return RunningLimit{}
	}
	return RunningLimit{Limit: n, Directive: true}
}

// A LimitDrift compares the limits of running workers with the host's files.
type LimitDrift struct {
	Master machine.Master
	// Want is what the files give; where it is not known none differs.
	Want RunningLimit
	// Differ counts the workers that have another limit, of those that take new
	// connections; Worker is the one with the lowest.
	Differ int
	Worker machine.Worker
}

// LimitDrift returns how the limits of a master's workers differ from the files.
func (h *Host) LimitDrift(m machine.Master) LimitDrift {
	d := LimitDrift{Master: m, Want: h.runningLimit(m)}
	for _, w := range Serving(m) {
		if w.NoFile == (machine.Limits{}) || !d.Want.Limit.Known || w.NoFile.Soft == d.Want.Limit.Value {
			continue
		}
		if d.Differ++; d.Differ == 1 || w.NoFile.Soft < d.Worker.NoFile.Soft {
			d.Worker = w
		}
	}
	return d
}

// runningInherited returns the limit that systemd starts nginx with, cut to the
// fs.nr_open that the kernel has.
func (h *Host) runningInherited(m machine.Master) RunningLimit {
	if path.Ext(m.Unit) == ".service" && !h.isService(m.Unit) {
		return RunningLimit{Why: fmt.Sprintf("process %d belongs to %s: declare nginx: {service: %s} to compare its limits", m.PID, m.Unit, m.Unit)}
	}
	if h.Facts.Container.Value {
		return RunningLimit{} // what its runtime gives is in no file
	}
	limit, why := h.writtenNoFile()
	if !limit.Known || limit.Origin.Assumed {
		return RunningLimit{Why: why}
	}
	if most, err := strconv.ParseInt(h.Machine.Values["fs.nr_open"], 10, 64); err == nil && limit.Value > most {
		limit.Value = most
	}
	return RunningLimit{Limit: limit}
}

// isService reports whether a unit is nginx's, by one of its names.
func (h *Host) isService(unit string) bool {
	u := h.Limits.Unit(h.Service)
	return unit == h.Service || u != nil && slices.Contains(u.Aliases, unit)
}
