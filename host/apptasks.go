package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// A TaskLimit is how many processes and threads something lets an application have.
type TaskLimit struct {
	// Name is the setting: "TasksMax", "LimitNPROC", or "nproc" of limits.conf;
	// "its container" for that of a container.
	Name  string
	Limit source.Setting[int64]
	// Line is the assignment in the application's own Unit; nil for others.
	Line *limits.Assignment
	Unit string
}

// AppTasks returns how many processes and threads the settings of one instance of
// an application come to, which is the least it has: its runtime may start more of
// its own. It is false where nothing says how many.
func AppTasks(a *appconf.App) (tasks int64, ok bool) {
	workers, threads := int64(1), int64(1)
	if a.Workers.Known && a.Workers.Value > 0 {
		workers, ok = int64(a.Workers.Value), true
	}
	if a.Threads.Known && a.Threads.Value > 0 {
		threads, ok = int64(a.Threads.Value), true
	}
	return Times(workers, threads), ok
}

// TaskLimits returns the limits that are known of an application: that of its
// container, else those of its systemd unit. LimitNPROC= counts everything that its
// user runs, and does not count for root (setrlimit(2)); where the unit opens a
// session of PAM, limits.conf replaces it.
func (h *Host) TaskLimits(a *appconf.App) []TaskLimit {
	if a.Container.Kind != "" {
		return known(TaskLimit{Name: "its container", Limit: a.Container.Tasks})
	}
	name, ok := h.unitOf(a)
	if !ok {
		return nil
	}
	u := h.Limits.Unit(name)
	tasks := TaskLimit{Name: "TasksMax", Limit: h.Limits.ServiceTasks(name), Line: u.Last("Service", "TasksMax"), Unit: name}
	if tasks.Line == nil {
		tasks.Name = "DefaultTasksMax"
	}
	out := known(tasks)
	user := u.Last("Service", "User")
	if user == nil || user.Template || user.Value == "" || user.Value == "root" || user.Value == "0" {
		return out
	}
	if u.Last("Service", "PAMName") != nil {
		return append(out, known(h.sessionTasks(user.Value))...)
	}
	return append(out, known(h.unitProcesses(name, u))...)
}

// known returns the limit in a list, which is empty where it is not known.
func known(t TaskLimit) []TaskLimit {
	if !t.Limit.Known {
		return nil
	}
	return []TaskLimit{t}
}

// unitProcesses is LimitNPROC= of a unit, or its default in system.conf.
func (h *Host) unitProcesses(name string, u *limits.Unit) TaskLimit {
	t := TaskLimit{Name: "LimitNPROC", Unit: name}
	processes, _ := limits.LookupResource("nproc")
	a, sure := h.Limits.Decider(name, processes)
	if a == nil || !sure {
		return t
	}
	r, err := limits.ParseLimit(a.Value)
	if err != nil || r.Soft == limits.Infinity {
		return t
	}
	if t.Line = u.Last("Service", t.Name); t.Line == nil {
		t.Name = processes.DefaultKey()
	}
	t.Limit = source.Known(descriptors(r.Soft), source.Origin{Span: a.Span})
	return t
}

// sessionTasks is the nproc that limits.conf gives a session of a user.
func (h *Host) sessionTasks(user string) TaskLimit {
	t := TaskLimit{Name: "nproc"}
	entries := h.Limits.Login(user, "nproc", "soft")
	if len(entries) == 0 || len(h.Limits.Undecided(user, "nproc", "soft")) > 0 {
		return t
	}
	last := entries[len(entries)-1]
	if n, _, ok := last.Number(); ok && n != limits.Infinity {
		t.Limit = source.Known(descriptors(n), source.Origin{Span: last.Span})
	}
	return t
}
