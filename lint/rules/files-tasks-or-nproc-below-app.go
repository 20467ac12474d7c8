package rules

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

var tasksOrNprocBelowApp = &lint.Rule{
	Name:  "files/tasks-or-nproc-below-app",
	Title: "the application starts more processes and threads than it may have",
	Why: "Linux counts threads like processes. TasksMax= and the limit of a container count those of one service, LimitNPROC= and nproc " +
		"those of its user. At the limit fork() and pthread_create() fail with \"Resource temporarily unavailable\": workers are missing, " +
		"or a JVM ends with \"unable to create native thread\", which may show only under load, when all threads of a pool are started.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html#TasksMax=N",
		"https://man7.org/linux/man-pages/man2/getrlimit.2.html",
		"https://docs.docker.com/reference/compose-file/services/#pids_limit",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadUnits(), lint.RestartUnit("SERVICE")},
	Run:      runTasksOrNprocBelowApp,
}

func runTasksOrNprocBelowApp(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		need, ok := host.AppTasks(a)
		if !ok {
			continue
		}
		for _, limit := range p.Host.TaskLimits(a) {
			if need > limit.Limit.Value {
				reportTasks(p, a, need, limit)
			}
		}
	}
}

func reportTasks(p *lint.Pass, a *appconf.App, need int64, limit host.TaskLimit) {
	r := p.Report(limit.Limit.Origin.Span, "%s may start %s, %s allows %d", a.Name, taskSum(a, need), limit.Name, limit.Limit.Value).
		Key("%s of %s", limit.Name, a.Name)
	if a.Workers.Known && a.Workers.Value > 0 {
		r.SeeOrigin(a.Workers.Origin, "it has %s", spelling.Count(a.Workers.Value, "worker"))
	}
	if a.Threads.Known && a.Threads.Value > 0 {
		r.SeeOrigin(a.Threads.Origin, "a process has %s", spelling.Count(a.Threads.Value, "thread"))
	}
	line := limit.Line
	if line == nil || need > 1<<30 || p.Host.IsVendor(line.Span.File) || line.Template {
		return
	}
	if _, err := strconv.ParseInt(line.Value, 10, 64); err != nil {
		return
	}
	raised := int64(1) << bits.Len64(uint64(need+need/2)) // the runtime starts some of its own
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %d", limit.Name, raised), "a runaway service may start as many", line.SetValue(strconv.FormatInt(raised, 10)))
	r.Apply(lint.ReloadUnits(), lint.RestartUnit(limit.Unit))
}

// taskSum writes out what an application starts.
func taskSum(a *appconf.App, need int64) string {
	switch {
	case !a.Threads.Known || a.Threads.Value < 1:
		return spelling.Count(need, "worker")
	case !a.Workers.Known || a.Workers.Value < 2:
		return spelling.Count(need, "thread")
	}
	return fmt.Sprintf("%d threads (%d workers x %d)", need, a.Workers.Value, a.Threads.Value)
}
