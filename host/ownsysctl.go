package host

import (
	"slices"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// OwnSysctl returns the line of the administrator that decides a kernel setting of
// the host; nil where a package's file or a default is in force, where nobody can
// tell, and in a container that cannot set it.
func (h *Host) OwnSysctl(key string) *sysctl.Line {
	line := h.SysctlLine(key)
	if line == nil || h.IsVendor(line.Span.File) || h.Facts.Container.Value && !h.namespaced(key) {
		return nil
	}
	return line
}

// namespaced reports whether a container can have the key for itself.
func (h *Host) namespaced(key string) bool {
	k, ok := sysctl.Lookup(key)
	return ok && k.Namespace(h.Sysctl.Kernel) != sysctl.Machine
}

// OwnsLines reports whether every one of the lines assigns one key in a file that is
// the administrator's, so that a fix may change it.
func (h *Host) OwnsLines(lines ...*sysctl.Line) bool {
	return !slices.ContainsFunc(lines, func(l *sysctl.Line) bool { return !l.Plain() || h.IsVendor(l.Span.File) })
}

// DeleteSysctl returns the edits that delete lines of sysctl files; nil unless all of
// them are the administrator's to change.
func (h *Host) DeleteSysctl(lines []*sysctl.Line) []source.Edit {
	if !h.OwnsLines(lines...) {
		return nil
	}
	var edits []source.Edit
	for _, l := range lines {
		edits = append(edits, l.Delete())
	}
	return edits
}

// DeleteOnlySysctl returns the edit that deletes the only line of a key; nil where
// there are several: behind another one nobody knows what is wanted.
func (h *Host) DeleteOnlySysctl(key string) []source.Edit {
	lines := h.Sysctl.Lines(key)
	if len(lines) != 1 {
		return nil
	}
	return h.DeleteSysctl(lines)
}
