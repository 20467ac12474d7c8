package host

import (
	"fmt"
	"math"

	"github.com/tunelint/tunelint/source"
)

// lowestNrOpen is the kernel's fs.nr_open where nothing sets it; systemd may
// raise it, and never lowers it (Documentation/admin-guide/sysctl/fs).
const lowestNrOpen = 1 << 20

// WorkerNoFile returns the limit on open files that nginx's workers get, in a
// container at most. When it is unknown, why says what keeps it from being told.
//
// worker_rlimit_nofile counts only where setrlimit can succeed; elsewhere the
// workers keep the soft limit they inherit (ngx_worker_process_init).
func (h *Host) WorkerNoFile() (limit source.Setting[int64], why string) {
	v := h.Nginx.Root.Effective("worker_rlimit_nofile")
	if !v.Known {
		return limit, "a file that may set worker_rlimit_nofile cannot be read"
	}
	if v.Directive() == nil {
		return h.inheritedNoFile()
	}
	n := v.Number()
	switch ceiling := h.NoFileCeiling(); {
	case !n.Known || n.Value == 0:
		return limit, "worker_rlimit_nofile is no number above zero"
	case !ceiling.Known || n.Value > ceiling.Value:
		return limit, fmt.Sprintf("whether workers may raise their limit to %d is not known", n.Value)
	}
	return n, ""
}

// inheritedNoFile returns the soft limit that nginx is started with.
func (h *Host) inheritedNoFile() (limit source.Setting[int64], why string) {
	if h.Facts.Container.Value {
		if !h.Facts.NoFileHard.Known {
			return limit, "the limit on open files of the container is not declared (facts.nofile_hard)"
		}
		return h.Facts.NoFileHard, ""
	}
	r := h.Limits.ServiceNoFile(h.Service)
	if !r.Known || !h.HasSystemd() {
		return limit, "the limit on open files of " + h.Service + " cannot be told"
	}
	return source.Known(descriptors(r.Value.Soft), r.Origin), ""
}

// HasSystemd reports whether systemd starts the host's services, as far as can
// be told: it does on a machine where sd_booted(3) finds it, and is taken for
// granted where only files are at hand.
func (h *Host) HasSystemd() bool {
	return !h.Facts.Container.Value && !h.NginxOnly && (!h.Live || h.View.Exists("/run/systemd/system"))
}

// NoFileCeiling returns the highest worker_rlimit_nofile that is sure to take
// effect: fs.nr_open, or the hard limit where workers cannot raise it.
func (h *Host) NoFileCeiling() source.Setting[int64] {
	open := h.Sysctl.Int("fs.nr_open")
	if !open.Known {
		if len(h.Sysctl.Lines("fs.nr_open")) > 0 {
			return source.Setting[int64]{}
		}
		open = source.Known(int64(lowestNrOpen), source.Origin{Default: "kernel default"})
	}
	hard, fixed := h.HardNoFile()
	if fixed && (!hard.Known || hard.Value < open.Value) {
		return hard
	}
	return open
}

// HardNoFile returns the hard limit on open files that workers inherit and cannot
// raise, for want of CAP_SYS_RESOURCE: in containers, and where the unit takes
// the capability away. fixed is false where they can raise it.
func (h *Host) HardNoFile() (hard source.Setting[int64], fixed bool) {
	switch {
	case h.Facts.Container.Value:
		return h.Facts.NoFileHard, true
	case h.hardened():
		r := h.Limits.ServiceNoFile(h.Service)
		return source.Setting[int64]{Value: descriptors(r.Value.Hard), Known: r.Known, Origin: r.Origin}, true
	}
	return hard, false
}

// hardened reports whether nginx's unit may take CAP_SYS_RESOURCE away, without
// which no process raises its hard limit (setrlimit(2)).
func (h *Host) hardened() bool {
	u := h.Limits.Unit(h.Service)
	if u == nil {
		return false
	}
	for _, key := range []string{"User", "DynamicUser", "CapabilityBoundingSet", "PrivateUsers"} {
		if u.Last("Service", key) != nil {
			return true
		}
	}
	return false
}

// descriptors turns a limit into a count; no limit is the largest one.
func descriptors(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
