// Command tunelint reads everything that decides how an nginx host behaves
// under load as one host, reports where the layers contradict each other, and
// repairs the files with the smallest possible diff.
package main

import (
	"os"
	"runtime/debug"

	"github.com/tunelint/tunelint/lint/rules"
)

func main() {
	tuneCollector()
	os.Exit(newApp(rules.All).run(os.Args[1:]))
}

// tuneCollector spends memory on speed: a run is short and keeps most of what
// it reads to its end. The limit bounds what that costs on a very large tree;
// GOGC and GOMEMLIMIT win.
func tuneCollector() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(1 << 30)
	}
}
