package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// LookAt reads what the machine of this host has in force at this moment: fsys is
// its file system from "/" on, queues are the accept queues in its network. It is
// for the machine that tunelint runs on, and for what stands in for it in tests.
func (h *Host) LookAt(fsys source.FS, queues []machine.Queue) {
	h.Machine = machine.Read(fsys, h.runningKeys())
	h.Machine.Queues = queues
	h.changed = map[*source.File]time.Time{}
	files := h.Files()
	if h.Nginx != nil && h.Nginx.Main != nil {
		h.certificates = h.readCertificates()
	}
	for _, c := range h.certificates {
		files = append(files, c.File)
	}
	for _, f := range files {
		name, ok := h.View.Name(f.Path)
		if info, err := fsys.Lstat(name); ok && err == nil {
			h.changed[f] = info.ModTime()
		}
	}
}

// Changed returns when a file was written last; zero where that is not known.
func (h *Host) Changed(f *source.File) time.Time { return h.changed[f] }

// ChangedAfter reports whether a file was surely written after a moment, which is
// known to about a second.
func (h *Host) ChangedAfter(f *source.File, t time.Time) bool {
	const precision = 2 * time.Second // of /proc/stat, and the ticks that starts are counted in
	return !t.IsZero() && h.changed[f].After(t.Add(precision))
}

// raisedKeys are the kernel settings that decide how nginx does under load and
// that people raise by hand.
var raisedKeys = [...]string{
	"fs.file-max",
	"fs.nr_open",
	"net.core.netdev_max_backlog",
	somaxconn,
	"net.ipv4.ip_local_port_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_max_syn_backlog",
	"net.ipv4.tcp_max_tw_buckets",
	"net.ipv4.tcp_no_metrics_save",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_tw_reuse",
	"net.netfilter.nf_conntrack_max",

	"vm.swappiness",
}

// runningKeys are the kernel settings that are compared: those that files set,
// with their globs, and those that matter for nginx.
func (h *Host) runningKeys() []string {
	keys := raisedKeys[:]
	for _, d := range h.Sysctl.Documents {
		for _, l := range d.Lines {
			if l.Assigns() && !l.Template {
				keys = append(keys, l.Key)
			}
		}
	}
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// HasKey reports whether the running kernel has a key, whatever tables say of it;
// false where nobody has looked at the machine.
func (h *Host) HasKey(key string) bool {
	if h.Machine == nil {
		return false
	}
	_, ok := h.Machine.Values[key]
	return ok
}
