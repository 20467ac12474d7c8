package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// MemoryFor returns the memory in bytes that an application may use: its limit, or
// where it has none and shares nginx's machine, the machine's, which other programs
// need too. It is unknown elsewhere.
func (h *Host) MemoryFor(a *appconf.App) (limit source.Setting[int64], machine bool) {
	switch {
	case a.MemoryLimit.Known:
		return a.MemoryLimit, false
	case h.Facts.Container.Value || !h.RunsHere(a):
		return limit, false
	}
	return h.Facts.Memory, true
}

// MaxWorkers bounds what is multiplied; a larger number is no count of workers.
const MaxWorkers = 1 << 20

// ExceedsMemory reports whether the workers of an application take more than nine
// tenths of a limit in bytes: the rest is for the master process, the page cache and
// what a worker needs at its peak.
func ExceedsMemory(a *appconf.App, limit source.Setting[int64]) bool {
	each, workers := a.MemoryPerWorker, a.Workers
	if !each.Known || !workers.Known || workers.Value < 1 || workers.Value > MaxWorkers || each.Value < 1 || each.Value > 1<<40 {
		return false
	}
	return limit.Known && each.Value*int64(workers.Value) > limit.Value/10*9
}
