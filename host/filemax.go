package host

import "github.com/tunelint/tunelint/source"

const fileMaxKey = "fs.file-max"

// FileMax returns fs.file-max where a line of the host sets it. It is unknown
// elsewhere: what systemd or the kernel starts with is more than nginx needs.
func (h *Host) FileMax() source.Setting[int64] {
	if h.SysctlLine(fileMaxKey) == nil || h.Facts.Container.Value {
		return source.Setting[int64]{}
	}
	return h.Sysctl.Int(fileMaxKey)
}

// A FileNeed is what all workers of nginx may have open together.
type FileNeed struct {
	Workers source.Setting[int64]
	// Each is what one of them may need, at most Limit.
	Each  int64
	Limit source.Setting[int64]
	// Demand is what Each comes from where the limit is higher.
	Demand Demand
}

// Total returns the sum.
func (n FileNeed) Total() int64 { return Times(n.Workers.Value, n.Each) }

// FileNeed returns what the workers may have open together; when it cannot be told
// why says what keeps it, "" for nothing worth a word.
func (h *Host) FileNeed() (n FileNeed, why string, ok bool) {
	d, known := h.WorkerDemand()
	if !known {
		return n, "", false
	}
	n.Demand = d
	if n.Workers, why = h.Workers(); !n.Workers.Known {
		return n, why, false
	}
	if n.Limit, why = h.WorkerNoFile(); !n.Limit.Known {
		return n, why, false
	}
	n.Each = min(d.Total(), n.Limit.Value)
	return n, "", true
}

// fitsFileMax reports whether fs.file-max allows all workers to have so many files
// open each, as far as can be told.
func (h *Host) fitsFileMax(each int64) bool {
	most := h.FileMax()
	workers, _ := h.Workers()
	return !most.Known || !workers.Known || Times(workers.Value, each) <= most.Value
}
