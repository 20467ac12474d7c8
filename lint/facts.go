package lint

import (
	"fmt"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// FactsOf says which figures the findings of a host rest on.
func FactsOf(h *host.Host) []Fact {
	f := h.Facts
	var out []Fact
	add := func(name, value string, known bool, o source.Origin) {
		if known {
			out = append(out, Fact{name, value, factOrigin(o)})
		}
	}
	version := h.Version()
	add("nginx", version.Value, version.Known || h.Nginx != nil, version.Origin)
	add("kernel", f.Kernel.Value, f.Kernel.Known, f.Kernel.Origin)
	add("cpus", strconv.Itoa(f.CPUs.Value), f.CPUs.Known, f.CPUs.Origin)
	add("memory", FormatBytes(f.Memory.Value), f.Memory.Known, f.Memory.Origin)
	add("swap", FormatBytes(f.Swap.Value), f.Swap.Known, f.Swap.Origin)
	add("nofile hard limit", strconv.FormatInt(f.NoFileHard.Value, 10), f.NoFileHard.Known, f.NoFileHard.Origin)
	return out
}

func factOrigin(o source.Origin) string {
	switch {
	case o.Assumed:
		return o.Default + ", assumed"
	case o.IsDefault():
		return o.Default
	}
	return "declared"
}

// FormatBytes prints a number of bytes with the largest binary unit that keeps
// it short: "2GiB", "1.3GiB", "512KiB", "100B".
func FormatBytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, i := float64(n), 0
	for value >= 1024 && i < len(units)-1 {
		value /= 1024
		i++
	}
	if value == float64(int64(value)) {
		return fmt.Sprintf("%d%s", int64(value), units[i])
	}
	return fmt.Sprintf("%.1f%s", value, units[i])
}
