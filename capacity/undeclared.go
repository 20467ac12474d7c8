package capacity

import "github.com/tunelint/tunelint/host"

// Undeclared returns the keys of tunelint.yaml that budgets need and that neither
// it nor the machine answers, in the order of docs/configuration.md.
func Undeclared(h *host.Host) []string {
	f := h.Facts
	var out []string
	for _, key := range []struct {
		name  string
		known bool
	}{
		{"kernel", f.Kernel.Known},
		{"facts.cpus", f.CPUs.Known || h.Nginx == nil || h.Nginx.Root.Effective("worker_processes").First() != "auto"},
		{"facts.memory", f.Memory.Known || f.Container.Value},
		{"facts.swap", f.Swap.Known || f.Container.Value},
		{"workload.peak_connections", f.Workload.PeakConnections.Known},
		{"workload.peak_rps", f.Workload.PeakRPS.Known},
		{"workload.upstream_latency", f.Workload.UpstreamLatency.Known},
	} {
		if !key.known {
			out = append(out, key.name)
		}
	}
	for _, a := range h.Apps {
		if !a.MemoryPerWorker.Known && h.RunsHere(a) && !f.Container.Value {
			out = append(out, "memory_per_worker of "+a.Name)
		}
	}
	return out
}
