// Command tunelint reads everything that decides how an nginx host behaves
// under load as one host, reports where the layers contradict each other, and
// repairs the files with the smallest possible diff.
package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/lint/rules"
)

func main() {
	transaction.Enter()
	trial.Enter()
	tuneCollector()
	os.Exit(newApp(rules.All).run(os.Args[1:]))
}

// uncollected is how much memory a run may take before any is collected.
const uncollected = 160 << 20

// tuneCollector spends memory on speed: a run is short and keeps most of what it
// reads to its end, so nothing is collected before there is much of it. From then
// on the collector works as usual. GOGC and GOMEMLIMIT win.
func tuneCollector() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(uncollected)
	runtime.AddCleanup(new([16]byte), func(struct{}) { // at the end of the first collection
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
	}, struct{}{})
}
