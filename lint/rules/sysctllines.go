package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/sysctl"
)

// byKey returns the lines of one file that hold, grouped by key in order.
func byKey(d *sysctl.Document, holds func(*sysctl.Line) bool) [][]*sysctl.Line {
	var out [][]*sysctl.Line
	at := map[string]int{}
	for _, l := range d.Lines {
		if !holds(l) {
			continue
		}
		i, seen := at[l.Key]
		if !seen {
			i = len(out)
			at[l.Key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], l)
	}
	return out
}

// lastLines returns the lines of the boot by key, in the order in which the keys
// come first. Only the last of each is written.
func lastLines(s *sysctl.Settings) [][]*sysctl.Line {
	var out [][]*sysctl.Line
	at := map[string]int{}
	for _, d := range s.Documents {
		for _, lines := range byKey(d, func(l *sysctl.Line) bool { return l.Broken == "" && l.Key != "" }) {
			key := lines[0].Key
			if i, seen := at[key]; seen {
				out[i] = append(out[i], lines...)
				continue
			}
			at[key] = len(out)
			out = append(out, lines)
		}
	}
	return out
}

// runs reports whether the running kernel has a key, whatever tables say of it.
func runs(h *host.Host, key string) bool {
	if h.Machine == nil {
		return false
	}
	_, ok := h.Machine.Values[key]
	return ok
}
