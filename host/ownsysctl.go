package host

import "github.com/tunelint/tunelint/sysctl"

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
