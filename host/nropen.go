package host

import "github.com/tunelint/tunelint/source"

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
