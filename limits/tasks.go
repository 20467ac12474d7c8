package limits

import (
	"strconv"

	"github.com/tunelint/tunelint/source"
)

// ServiceTasks returns how many processes and threads systemd lets a service have:
// TasksMax= of the unit, else DefaultTasksMax= of system.conf. It is unknown where
// no file sets one, for "infinity" and for a percentage, which depends on the
// machine; the origin then still names the assignment, if there is one.
func (l *Limits) ServiceTasks(service string) source.Setting[int64] {
	a, known := (*Assignment)(nil), true
	if u := l.Unit(service); u != nil {
		if u.Masked || !u.loads() {
			return source.Setting[int64]{}
		}
		a, known = decider(u.Files(), u.section(), "TasksMax")
	}
	if a == nil && known {
		a, known = decider(l.SystemConf, "Manager", "DefaultTasksMax")
	}
	if a == nil {
		return source.Setting[int64]{}
	}
	out := source.Setting[int64]{Origin: source.Origin{Span: a.Span}}
	n, err := strconv.ParseInt(a.Value, 10, 64)
	if known && err == nil && n > 0 {
		out.Value, out.Known = n, true
	}
	return out
}
