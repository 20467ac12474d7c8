package host

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// WorkerNoFile returns the limit on open files that nginx's workers get, in a
// container at most. When it is unknown, why says what keeps it from being told.
//
// worker_rlimit_nofile counts only where setrlimit can succeed, and is then both
// limits, lower ones too; elsewhere the workers keep the soft limit they inherit
// (ngx_worker_process_init).
func (h *Host) WorkerNoFile() (limit source.Setting[int64], why string) {
	v := h.Nginx.Root.Effective("worker_rlimit_nofile")
	if !v.Known {
		return limit, "a file that may set worker_rlimit_nofile cannot be read"
	}
	if v.Directive() == nil {
		return h.inheritedNoFile()
	}
	n := v.Number()
	if !n.Known {
		return limit, "worker_rlimit_nofile is not a number"
	}
	if ceiling := h.NoFileCeiling(); ceiling.Known && n.Value <= ceiling.Value {
		if !h.mayChangeHard(n.Value) {
			return limit, fmt.Sprintf("whether SELinux lets workers set their limit to %d is not known: its boolean httpd_setrlimit decides", n.Value)
		}
		return n, ""
	}
	refused := h.RefusedNoFile()
	if !refused.Known {
		return limit, fmt.Sprintf("whether workers may raise their limit to %d is not known", n.Value)
	}
	limit, why = h.inheritedNoFile()
	limit.Origin.Assumed = limit.Origin.Assumed || refused.Origin.Assumed
	return limit, why
}

// RefusedNoFile returns the limit below worker_rlimit_nofile that makes setrlimit
// fail: the hard limit where workers cannot raise it, or fs.nr_open. It is unknown
// where workers get what the directive says, and where nobody can tell.
func (h *Host) RefusedNoFile() source.Setting[int64] {
	n := h.Nginx.Root.Effective("worker_rlimit_nofile").Number()
	if !n.Known {
		return n
	}
	if hard, fixed := h.HardNoFile(); fixed && hard.Known && n.Value > hard.Value {
		return hard
	}
	if open := h.NrOpen(); open.Known && n.Value > open.Value {
		return open
	}
	return source.Setting[int64]{}
}

// inheritedNoFile returns the soft limit that nginx is started with, else the one
// that it runs with, where somebody looked.
func (h *Host) inheritedNoFile() (limit source.Setting[int64], why string) {
	limit, why = h.writtenNoFile()
	if m := h.onlyMaster(); !limit.Known && m != nil {
		return source.Known(m.NoFile.Soft, thisMachine), ""
	}
	return limit, why
}

// onlyMaster returns the running nginx of the host whose limit is known; nil where
// nobody looked and where there are several.
func (h *Host) onlyMaster() *machine.Master {
	masters, _ := h.Masters()
	if len(masters) != 1 || masters[0].NoFile.Soft <= 0 {
		return nil
	}
	return &masters[0]
}

// writtenNoFile returns the soft limit that the files give nginx.
func (h *Host) writtenNoFile() (limit source.Setting[int64], why string) {
	soft, _, contained := h.containerLimits()
	if contained {
		if !soft.Known {
			return limit, "the limit on open files of the container is not declared (facts.nofile_hard)"
		}
		return soft, ""
	}
	r := h.Limits.ServiceNoFile(h.Service)
	switch {
	case h.hasOpenRC():
		return limit, "OpenRC starts nginx, and the rc_ulimit of its service is not read"
	case h.templatedUnit():
		return limit, "a template of " + h.Service + " or of its drop-ins decides"
	case !r.Known || !h.HasSystemd():
		return limit, "the limit on open files of " + h.Service + " cannot be told"
	}
	return h.granted(source.Known(descriptors(r.Value.Soft), r.Origin))
}

// granted returns what a service gets of the soft limit that it asks for. What is
// above fs.nr_open systemd sets as close as its own limit allows, which is the
// fs.nr_open of before the files were applied; where that is higher than the one
// in force, the service does not start (rlimit-util.c, setrlimit_closest).
func (h *Host) granted(soft source.Setting[int64]) (limit source.Setting[int64], why string) {
	open := h.leastNrOpen()
	switch {
	case soft.Value == math.MaxInt64, open.Known && open.Origin.IsDefault() && soft.Value > open.Value:
		return source.Known(int64(lowestNrOpen), source.Origin{Default: "kernel default", Assumed: true}), ""
	case open.Known && soft.Value > open.Value, !open.Known && soft.Value > lowestNrOpen:
		return limit, "whether systemd can set the limit of " + h.Service + " is not known: it is above fs.nr_open"
	}
	return soft, ""
}

// NoFileCeiling returns the highest worker_rlimit_nofile that is sure to take
// effect: fs.nr_open, or the hard limit where workers cannot raise it.
func (h *Host) NoFileCeiling() source.Setting[int64] {
	open := h.leastNrOpen()
	hard, fixed := h.HardNoFile()
	if open.Known && fixed && (!hard.Known || hard.Value < open.Value) {
		return hard
	}
	return open
}

// EnoughNoFile returns the worker_rlimit_nofile to set for a need: the next power of
// two from 1024 on, if it is sure to take effect, and not too much for the machine; 0
// when none is.
func (h *Host) EnoughNoFile(need int64) int64 {
	ceiling := h.NoFileCeiling()
	rounded := max(1024, int64(1)<<bits.Len64(uint64(need-1)))
	if !ceiling.Known || need > ceiling.Value || !h.fitsFileMax(need) {
		return 0
	}
	return min(rounded, ceiling.Value)
}

// SetNoFile returns the edits that set worker_rlimit_nofile. h.Nginx must not be nil.
func (h *Host) SetNoFile(n int64) []source.Edit {
	word := strconv.FormatInt(n, 10)
	if d := h.Nginx.Root.Last("worker_rlimit_nofile"); d != nil {
		return []source.Edit{d.SetArg(0, word)}
	}
	return h.Nginx.Root.Insert(nginxconf.Statement{Name: "worker_rlimit_nofile", Words: []string{word}})
}

// HardNoFile returns the hard limit on open files that workers inherit and cannot
// raise, for want of CAP_SYS_RESOURCE: in containers, and where the unit takes
// the capability away or what runs does not have it. fixed is false where they can
// raise it; where nobody can tell, fixed is true and the limit unknown.
func (h *Host) HardNoFile() (hard source.Setting[int64], fixed bool) {
	if _, hard, contained := h.containerLimits(); contained {
		c, _ := h.ownContainer()
		return hard, !c.MayRaise
	}
	if m := h.onlyMaster(); m != nil && !h.HasSystemd() {
		return source.Known(m.NoFile.Hard, thisMachine), !m.MayRaise()
	}
	u := h.Limits.Unit(h.Service)
	if u == nil {
		return hard, false
	}
	may, known := u.MayRaise()
	if may || !known {
		return hard, !known
	}
	r := h.Limits.ServiceNoFile(h.Service)
	return source.Setting[int64]{Value: descriptors(r.Value.Hard), Known: r.Known, Origin: r.Origin}, true
}

// descriptors turns a limit into a count; no limit is the largest one.
func descriptors(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

const nrOpen = "fs.nr_open"

// lowestNrOpen is the kernel's fs.nr_open where nothing sets it (fs/file.c);
// systemd may raise it to raisedNrOpen, and never lowers it (src/core/main.c,
// bump_file_max_and_nr_open).
const (
	lowestNrOpen = 1 << 20
	raisedNrOpen = 1073741816
)

// HighestNrOpen is the most that a kernel of 64 bits takes for fs.nr_open
// (fs/file.c, sysctl_nr_open_max).
const HighestNrOpen = 2147483584

// NrOpen returns fs.nr_open, above which the kernel gives no process a limit on
// open files, root's included (kernel/sys.c, do_prlimit). Where no file sets it,
// it is assumed to be the most that it may be. In a container it is unknown.
func (h *Host) NrOpen() source.Setting[int64] {
	if h.Facts.Container.Value || h.NginxOnly {
		return source.Setting[int64]{}
	}
	if len(h.Sysctl.Lines(nrOpen)) > 0 {
		return h.Sysctl.Int(nrOpen)
	}
	if h.OldDebian() {
		return source.Known(int64(lowestNrOpen), source.Origin{Default: "kernel default", Assumed: true})
	}
	return source.Known(int64(raisedNrOpen), source.Origin{Default: "the most that systemd sets", Assumed: true})
}

// OldDebian reports whether the host runs a Debian whose systemd leaves
// fs.nr_open as the kernel has it.
func (h *Host) OldDebian() bool {
	id, major := h.Distribution()
	return id == "debian" && major > 0 && major <= 12
}

// leastNrOpen is [Host.NrOpen] where files tell, else the least that it may be.
func (h *Host) leastNrOpen() source.Setting[int64] {
	open := h.Sysctl.Int(nrOpen)
	if !open.Known && len(h.Sysctl.Lines(nrOpen)) == 0 {
		return source.Known(int64(lowestNrOpen), source.Origin{Default: "kernel default"})
	}
	return open
}
