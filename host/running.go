package host

import (
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
