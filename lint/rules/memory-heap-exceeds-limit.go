package rules

import (
	"fmt"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

var heapExceedsLimit = &lint.Rule{
	Name:  "memory/heap-exceeds-limit",
	Title: "the heap may grow beyond the memory that the application may have",
	Why: "A garbage collector cleans up when the heap gets near its own limit. When the kernel's limit comes first, the process is killed in " +
		"the middle of its requests although most of the heap may be garbage. Threads, compiled code and buffers need memory besides the heap.",
	Refs: []string{
		"https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib",
		"https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html",
		"https://docs.kernel.org/admin-guide/cgroup-v2.html#memory",
	},
	Severity: lint.Warning,
	Run:      runHeapExceedsLimit,
}

func runHeapExceedsLimit(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		processes := int64(1)
		if a.Workers.Known && a.Workers.Value > 0 && a.Workers.Value < host.MaxWorkers {
			processes = int64(a.Workers.Value)
		}
		heap, limit := a.HeapLimit, a.MemoryLimit
		if !heap.Known || !limit.Known || heap.Value > 1<<40 || heap.Value*processes <= limit.Value/10*9 {
			continue
		}
		reportHeap(p, a, processes)
	}
}

func reportHeap(p *lint.Pass, a *appconf.App, processes int64) {
	heap, limit := a.HeapLimit, a.MemoryLimit
	at := heap.Origin.Span
	if !at.IsValid() {
		at = limit.Origin.Span
	}
	if !at.IsValid() {
		at = a.Span
	}
	message := "the heap of %s may grow to %s, its limit is %s"
	args := []any{a.Name, mebibytes(heap.Value), mebibytes(limit.Value)}
	if processes > 1 {
		message = "the heaps of %s may grow to %s in %s, its limit is %s"
		args = []any{a.Name, mebibytes(heap.Value * processes), fmt.Sprintf("%d processes", processes), mebibytes(limit.Value)}
	}
	r := p.Report(at, message, args...).Key("heap of %s", a.Name)
	if processes > 1 {
		r.SeeOrigin(heap.Origin, "each heap may grow to %s", mebibytes(heap.Value)).SeeOrigin(a.Workers.Origin, "%s", spelling.Count(processes, "worker"))
	}
	r.SeeOrigin(limit.Origin, "the limit is %s, of which a tenth should be left for other memory", mebibytes(limit.Value))
}
