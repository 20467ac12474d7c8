package rules

import (
	"fmt"
	"math"
	"strconv"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/lint"
)

var autoWorkersInContainer = &lint.Rule{
	Name:  "memory/auto-workers-in-container",
	Title: "nginx starts a worker for every processor of the machine and gets the time of a few",
	Why: "\"worker_processes auto\" counts the processors of the machine and knows nothing of a quota that a container or a unit sets. " +
		"Too many workers share the quota: when they have used it up all of them stand still until the next period, and requests of every " +
		"one wait. Each also allocates worker_connections when it starts, which alone may be more than a small container has.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_processes",
		"https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu",
		"https://docs.kernel.org/scheduler/sched-bwc.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runAutoWorkersInContainer,
}

func runAutoWorkersInContainer(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	v := p.Host.Nginx.Root.Effective("worker_processes")
	d, cpus, quota := v.Directive(), p.Host.Facts.CPUs, p.Host.CPUQuota()
	if !v.Known || d == nil || v.First() != "auto" || !cpus.Known || !quota.Known {
		return
	}
	n := max(1, int(math.Ceil(quota.Value)))
	if cpus.Value < 2*n || cpus.Value < n+2 {
		return
	}
	r := p.Report(d.HeadSpan(), "nginx starts %d workers, one for each processor of the machine, and gets the time of %s", cpus.Value, processors(quota.Value)).
		Key("worker_processes")
	r.SeeOrigin(cpus.Origin, "the machine has %d processors", cpus.Value)
	r.SeeOrigin(quota.Origin, "nginx gets the time of %s", processors(quota.Value))
	if slots := capacity.SlotsOf(p.Host); slots.Figure.Known && slots.Figure.Value >= 64<<20 {
		r.SeeOrigin(slots.Figure.Origin, "the workers allocate %s for connections when they start", lint.FormatBytes(slots.Figure.Value))
	}
	r.SuggestUnsafe(fmt.Sprintf("set worker_processes to %d", n),
		"where the quota is raised later, nginx does not start more workers", d.SetArg(0, strconv.Itoa(n)))
}

// processors counts them: "1 processor", "1.5 processors".
func processors(n float64) string {
	text := strconv.FormatFloat(n, 'f', -1, 64) + " processor"
	if n != 1 {
		text += "s"
	}
	return text
}
