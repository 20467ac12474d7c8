package rules

import "github.com/tunelint/tunelint/lint"

var jvmHeapByDefault = &lint.Rule{
	Name:  "memory/jvm-heap-by-default",
	Title: "the JVM uses a quarter of its memory for the heap",
	Why: "Where neither -Xmx nor -XX:MaxRAMPercentage is given, the heap ends at a quarter of what the container may have. " +
		"In a small container the application runs out of heap, or collects garbage all the time and answers late, while most of its memory is unused.",
	Refs: []string{
		"https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html",
	},
	Severity: lint.Info,
	Run:      runJVMHeapByDefault,
}

// smallHeap is what an application server hardly does with: less is worth a word.
const smallHeap = 256 << 20

func runJVMHeapByDefault(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		heap, limit := a.HeapLimit, a.MemoryLimit
		if !heap.Known || !heap.Origin.IsDefault() || heap.Value >= smallHeap || !limit.Known {
			continue
		}
		at := limit.Origin.Span
		if !at.IsValid() {
			at = a.Span
		}
		p.Report(at, "the heap of %s ends at %s, a quarter of the %s it may have", a.Name, mebibytes(heap.Value), mebibytes(limit.Value)).
			Key("heap of %s", a.Name).SeeOrigin(heap.Origin, "a quarter is for the heap")
	}
}
