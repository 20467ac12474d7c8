package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var appExceedsLimit = &lint.Rule{
	Name:  "memory/app-exceeds-limit",
	Title: "the application's workers need more memory than it may have",
	Why: "When the workers' memory passes the limit the kernel kills one of them in the middle of its requests. nginx sees the connection " +
		"break, logs \"upstream prematurely closed connection\" and answers 502; the restarted worker meets the same limit again.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/cgroup-v2.html#memory",
		"https://docs.docker.com/engine/containers/resource_constraints/",
	},
	Severity: lint.Error,
	Run:      runAppExceedsLimit,
}

func runAppExceedsLimit(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		each, workers := a.MemoryPerWorker, a.Workers
		if a.MemoryLimit.Known && workers.Known && workers.Value > 1 && !each.Known {
			p.Skip(memoryPlace(a), "how much memory a worker takes is not declared (memory_per_worker): "+usualWorkers(a.MemoryLimit.Value))
		}
		if limit, whole := p.Host.MemoryFor(a); host.ExceedsMemory(a, limit) {
			reportMemory(p, a, limit, whole)
		}
	}
}

func reportMemory(p *lint.Pass, a *appconf.App, limit source.Setting[int64], machine bool) {
	each, workers, swap := a.MemoryPerWorker, a.Workers, p.Host.Facts.Swap
	total, what := each.Value*int64(workers.Value), "its limit of"
	if machine {
		what = "the machine's"
	}
	compare := "more than"
	if total <= limit.Value {
		compare = "more than nine tenths of"
	}
	r := p.Report(memoryPlace(a), "%s needs %s for %s of %s, %s %s %s; %s", a.Name, mebibytes(total),
		spelling.Count(workers.Value, "worker"), mebibytes(each.Value), compare, what, mebibytes(limit.Value), fit(limit.Value/10*9/each.Value))
	r.Key("app %s", a.Name).Label("%s", spelling.Count(workers.Value, "worker"))
	if workers.Origin.IsDefault() {
		r.Label("each worker takes %s", mebibytes(each.Value)).SeeOrigin(workers.Origin, "%s", spelling.Count(workers.Value, "worker"))
	} else {
		r.SeeOrigin(each.Origin, "each worker takes %s", mebibytes(each.Value))
	}
	if cpus := p.Host.Facts.CPUs; cpus.Known && strings.Contains(workers.Origin.Span.Text(), "cpu_count") {
		r.SeeOrigin(cpus.Origin, "cpu_count() is %d, also in a container that may use fewer", cpus.Value)
	}
	r.SeeOrigin(limit.Origin, "the limit is %s", mebibytes(limit.Value))
	swaps := swap.Known && swap.Value > 0
	if swaps {
		r.SeeOrigin(swap.Origin, "%s of swap are used first", mebibytes(swap.Value))
	}
	if machine || swaps || total <= limit.Value || workers.Origin.Assumed || each.Origin.Assumed || limit.Origin.Assumed {
		r.Severity(lint.Warning)
	}
}

// memoryPlace returns where the number of workers is declared, else the memory
// of one, else the application.
func memoryPlace(a *appconf.App) source.Span {
	switch {
	case !a.Workers.Origin.IsDefault():
		return a.Workers.Origin.Span
	case a.MemoryPerWorker.Origin.Span.IsValid():
		return a.MemoryPerWorker.Origin.Span
	}
	return a.Span
}

// usualWorkers says how many workers of usual sizes a limit allows.
func usualWorkers(limit int64) string {
	usual := []int64{100, 200, 300}
	var counts []string
	for _, size := range usual {
		counts = append(counts, fmt.Sprint(limit/10*9/(size<<20)))
	}
	return fmt.Sprintf("%s fit if each takes 100, 200 or 300 MiB", strings.Join(counts, ", "))
}

func fit(n int64) string {
	switch n {
	case 0:
		return "not even one fits"
	case 1:
		return "one fits"
	}
	return fmt.Sprintf("%d fit", n)
}

// mebibytes prints a number of bytes so that sums can be checked by eye.
func mebibytes(n int64) string {
	if n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return lint.FormatBytes(n)
}
