package host

import (
	"slices"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A SysctlBase is what a kernel setting would be without the administrator's lines.
type SysctlBase struct {
	// Numbers are the value, or where Origin is a default what it is not below.
	Numbers []int64
	// Origin is the line of a package's file, else the kernel's default.
	Origin source.Origin
	// Floor says more of a default.
	Floor sysctl.Floor
}

// SysctlBase returns what a kernel setting would be without the administrator's
// lines: what a package's file sets, else a bound of the kernel's default (see
// [sysctl.Key.Floor]) for the oldest kernel that it may be. ok is false where nothing
// of the kind is known.
func (h *Host) SysctlBase(key, oldest string) (b SysctlBase, ok bool) {
	for _, l := range slices.Backward(h.Sysctl.Lines(key)) {
		if h.IsVendor(l.Span.File) {
			b.Numbers, b.Origin = l.Numbers(), source.Origin{Span: l.ValueSpan}
			return b, len(b.Numbers) > 0
		}
	}
	k, known := sysctl.Lookup(key)
	if !known {
		return b, false
	}
	if h.Facts.Kernel.Known {
		oldest = h.Facts.Kernel.Value
	}
	b.Floor, ok = k.Floor(oldest, h.Facts.Memory.Value)
	b.Numbers, b.Origin = b.Floor.Values, source.Origin{Default: "kernel default"}
	return b, ok
}
