package host

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// OwnSysctlFile is where a fix puts settings that no file of the host holds.
const OwnSysctlFile = "/etc/sysctl.d/90-tunelint.conf"

// SysctlLine returns the line that decides a kernel setting; nil where the
// kernel's default is in force or nobody can tell.
func (h *Host) SysctlLine(key string) *sysctl.Line {
	v := h.Sysctl.Value(key)
	for _, l := range h.Sysctl.Lines(key) {
		if v.Known && v.Origin.Span.IsValid() && l.Span.Contains(v.Origin.Span) {
			return l
		}
	}
	return nil
}

// IsVendor reports whether a file belongs to a package or to the running
// system rather than to the administrator: it is no place for a fix.
func (h *Host) IsVendor(f *source.File) bool {
	name, ok := h.View.Name(f.Path)
	for _, dir := range []string{"/usr/lib/", "/lib/", "/usr/local/lib/", "/run/"} {
		if ok && strings.HasPrefix(name, dir) {
			return true
		}
	}
	return false
}

// SetSysctl returns the edits that give a kernel setting another value from the
// next boot on: on the line that decides it, else beside settings of the same
// group, else in a file of its own in /etc/sysctl.d. Where no boot is seen to read
// /etc/sysctl.conf a smaller number there is changed as well: "sysctl --system" reads it last, and
// so does a boot where the distribution brings a link to it. Nil where no such edits
// are sure to win.
func (h *Host) SetSysctl(key, value string) []source.Edit {
	e, ok := h.setAtBoot(key, value)
	late := h.lateLines(key)
	if !ok || !h.OwnsLines(late...) {
		return nil
	}
	edits := []source.Edit{e}
	for _, l := range late {
		has := l.Numbers()
		want, err := strconv.ParseInt(value, 10, 64)
		switch {
		case len(has) != 1 || err != nil:
			return nil // a list may hold what this one does not
		case has[0] < want:
			edits = append(edits, l.SetValue(value))
		}
	}
	return edits
}

// lateLines returns the lines about a key in /etc/sysctl.conf where no boot is seen to
// read it.
func (h *Host) lateLines(key string) []*sysctl.Line {
	var out []*sysctl.Line
	for _, u := range h.Sysctl.Unread {
		if u.Name == "/etc/sysctl.conf" {
			out = append(out, u.Document.Speaking(key)...)
		}
	}
	return out
}

// setAtBoot returns the edit of a file that a boot reads.
func (h *Host) setAtBoot(key, value string) (e source.Edit, ok bool) {
	lines := h.Sysctl.Lines(key)
	after := -1 // the document that the new line must come behind
	if len(lines) > 0 {
		winner := h.SysctlLine(key)
		switch {
		case winner == nil || winner != lines[len(lines)-1] || winner.Glob || winner.Template:
			return e, false
		case !h.IsVendor(winner.Span.File):
			return winner.SetValue(value), true
		}
		after = slices.IndexFunc(h.Sysctl.Documents, func(d *sysctl.Document) bool { return d.File == winner.Span.File })
	}
	if d := h.sysctlNeighbour(key, after); d != nil {
		return d.Insert(key, value), true
	}
	if after >= 0 && path.Base(h.Sysctl.Documents[after].File.Path) >= path.Base(OwnSysctlFile) {
		return e, false
	}
	return sysctl.Parse(h.View.Create(OwnSysctlFile)).Insert(key, value), true
}

// sysctlNeighbour returns the last of the administrator's documents behind one
// position that sets keys of the same group, such as net.core; nil for none.
func (h *Host) sysctlNeighbour(key string, after int) *sysctl.Document {
	group := strings.Join(strings.SplitN(key, ".", 3)[:2], ".") + "."
	for i := len(h.Sysctl.Documents) - 1; i > after; i-- {
		d := h.Sysctl.Documents[i]
		holds := slices.ContainsFunc(d.Lines, func(l *sysctl.Line) bool { return l.Broken == "" && strings.HasPrefix(l.Key, group) })
		if holds && !d.Template && !h.IsVendor(d.File) {
			return d
		}
	}
	return nil
}

// SysctlPlace returns the place beside which a kernel setting would be written that
// no file sets: the last line of the same group in a file of the administrator.
// It is invalid where there is none.
func (h *Host) SysctlPlace(key string) source.Span {
	d := h.sysctlNeighbour(key, -1)
	if d == nil {
		return source.Span{}
	}
	return d.Lines[len(d.Lines)-1].Span
}

// LacksSysctlConfLink reports whether it is sure that no link leads a boot to
// /etc/sysctl.conf when the host's files hold none: Debian brings none since
// version 13.
func (h *Host) LacksSysctlConfLink() bool {
	id, version := h.Distribution()
	return h.WholeMachine() || id == "debian" && version >= 13
}

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

// DeleteBelow returns the edits that delete the administrator's lines of a capacity;
// none where one of them is not below least, so that something else than the default
// may be wanted.
func (h *Host) DeleteBelow(c sysctl.Capacity, least int64) []source.Edit {
	var lines []*sysctl.Line
	for _, key := range append([]string{c.Key}, sysctl.Aliases(c.Key)...) {
		for _, l := range append(slices.Clone(h.Sysctl.Lines(key)), h.lateLines(key)...) {
			if h.IsVendor(l.Span.File) {
				continue
			}
			if has, ok := c.Of(l.Numbers()); !ok || has >= least {
				return nil
			}
			lines = append(lines, l)
		}
	}
	return h.DeleteSysctl(slices.Compact(lines))
}

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
