package host

import (
	"strings"

	"github.com/tunelint/tunelint/sysctl"
)

// An Unloaded is a line for a kernel setting that the running kernel does not
// have, as the module that brings it is not loaded.
type Unloaded struct {
	Line   *sysctl.Line
	Module string
}

// modules are those whose settings people write to files, by what the keys start
// with.
var modules = [...]struct{ prefix, module string }{
	{"net.netfilter.nf_conntrack_", "nf_conntrack"},
	{"net.nf_conntrack_max", "nf_conntrack"},
	{"net.bridge.bridge-nf-", "br_netfilter"},
}

// Unloaded returns the lines in force that wait for a module, in the order of
// their files.
func (h *Host) Unloaded() []Unloaded {
	if h.Machine == nil || h.Facts.Container.Value || len(h.Machine.Values) == 0 {
		return nil
	}
	var out []Unloaded
	for _, d := range h.Sysctl.Documents {
		for _, l := range d.Lines {
			_, running := h.Machine.Values[l.Key]
			if module := moduleOf(l.Key); module != "" && !running && h.SysctlLine(l.Key) == l {
				out = append(out, Unloaded{Line: l, Module: module})
			}
		}
	}
	return out
}

func moduleOf(key string) string {
	for _, m := range modules {
		if strings.HasPrefix(key, m.prefix) {
			return m.module
		}
	}
	return ""
}
