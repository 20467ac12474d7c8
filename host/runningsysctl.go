package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A Drift is a kernel setting that runs with another value than the next boot
// will give it.
type Drift struct {
	Key string
	// Running is what the kernel has, Boot what the files or its default give.
	Running string
	Boot    source.Setting[string]
	// Line decides Boot; nil where no file sets the key.
	Line *sysctl.Line
	// Default reports that Running is what the kernel itself starts with.
	Default bool
	// Other is a line that is not in force and says what runs; nil for none.
	Other *sysctl.Line
	// Late reports that the file of Line was written after the last boot.
	Late bool
}

// Written reports whether the line was most probably never loaded. Otherwise
// somebody, or another program, has set the key since.
func (d *Drift) Written() bool { return d.Line != nil && (d.Default || d.Other != nil || d.Late) }

// ConcernsNginx reports whether the key may decide how nginx does under load. Those
// of the console, of routing and of bridges do not, and container runtimes and
// tunnels set some of them whatever the files say.
func (d *Drift) ConcernsNginx() bool {
	others := []string{"kernel.", "dev.", "user.", "debug.", "net.ipv4.conf.", "net.ipv6.conf.", "net.ipv4.ip_forward", "net.bridge."}
	return !slices.ContainsFunc(others, func(start string) bool { return strings.HasPrefix(d.Key, start) })
}

// Drifts returns the kernel settings whose running value is surely not that of
// the next boot, by key. It knows of none in a container, where nothing reads the
// files, and none where nobody has looked at the machine.
func (h *Host) Drifts() []*Drift {
	if h.Machine == nil || h.Facts.Container.Value {
		return nil
	}
	var out []*Drift
	for key, running := range h.Machine.Values {
		if d := h.drift(key, running); d != nil {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *Drift) int { return strings.Compare(a.Key, b.Key) })
	return out
}

func (h *Host) drift(key, running string) *Drift {
	k, ok := sysctl.Lookup(key)
	boot := h.Sysctl.Value(key)
	if !ok || !boot.Known || boot.Origin.Assumed || !k.Differs(running, boot.Value) {
		return nil
	}
	d := &Drift{Key: key, Running: running, Boot: boot, Line: h.SysctlLine(key)}
	lines := h.Sysctl.Lines(key)
	switch {
	case d.Line == nil && (len(lines) > 0 || !slices.Contains(raisedKeys[:], key) || everDefault(k, running)):
		return nil
	case d.Line != nil && d.Line.Glob && ofInterface(key):
		return nil // every tunnel and container brings its own interface, and sets it up
	}
	if def, ok := k.DefaultFor(h.Facts.Kernel.Value); ok {
		d.Default = !k.Differs(running, def)
	}
	for _, l := range lines {
		if l != d.Line && l.Value != "" && !k.Differs(running, l.Value) {
			d.Other = l
		}
	}
	d.Late = d.Line != nil && h.ChangedAfter(d.Line.Span.File, h.Machine.Booted)
	return d
}

// ofInterface reports whether a key belongs to one network interface.
func ofInterface(key string) bool {
	names := strings.Split(key, ".")
	return len(names) > 4 && names[0] == "net" && (names[2] == "conf" || names[2] == "neigh") && names[3] != "all" && names[3] != "default"
}

// everDefault reports whether some kernel starts with a value: a distribution's
// own build may have the default of another release.
func everDefault(k *sysctl.Key, value string) bool {
	return slices.ContainsFunc([]string{"3.10", "4.4", "4.19", "5.4", "6.1", "6.18"}, func(release string) bool {
		def, ok := k.DefaultFor(release)
		return ok && !k.Differs(value, def)
	})
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
	keys := slices.Clone(raisedKeys[:])
	for _, d := range h.Sysctl.Documents {
		for _, l := range d.Lines {
			if l.Assigns() && !l.Template {
				keys = append(keys, l.Key)
			}
		}
	}
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
