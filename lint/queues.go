package lint

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// listensAnew adds what gives sockets the length that net.core.somaxconn cuts today to
// a finding whose fix edits the key: open ones keep theirs, through a reload too.
func listensAnew(h *host.Host, f *Finding) {
	decides := func(e source.Edit) bool {
		return slices.Contains(strings.Split(e.Decides, "\n"), "sysctl net.core.somaxconn")
	}
	if f.Fix == nil || !slices.ContainsFunc(f.Fix.Edits, decides) || len(Join(f.ApplyOf(f.Fix))) == 0 {
		return
	}
	var cut []host.Backlog
	for _, b := range h.Backlogs() {
		if !b.Own && b.Limit.Known && b.Value > b.Limit.Value {
			cut = append(cut, b)
		}
	}
	own := onHost(h, slices.Concat(f.ApplyOf(f.Fix), ListenAgain(cut)))
	if f.Own == nil {
		f.Own = map[*fixes.Fix][]Command{}
	}
	f.Own[f.Fix] = own
	if len(f.Others) == 0 {
		f.Apply = own
	}
}

// ListenAgain returns what gives queues another length once it is allowed: a reload of
// nginx keeps its sockets as they are.
func ListenAgain(queues []host.Backlog) []Command {
	var out []Command
	for _, b := range queues {
		if b.App == nil {
			out = append(out, RestartNginx())
		} else {
			out = append(out, RestartApp(b.App))
		}
	}
	return out
}
