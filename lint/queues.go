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
	own := slices.Clone(f.ApplyOf(f.Fix))
	for _, b := range h.Backlogs() {
		switch {
		case b.Own || !b.Limit.Known || b.Value <= b.Limit.Value:
		case b.App == nil:
			own = append(own, RestartNginx())
		default:
			own = append(own, RestartApp(b.App))
		}
	}
	own = onHost(h, own)
	if f.Own == nil {
		f.Own = map[*fixes.Fix][]Command{}
	}
	f.Own[f.Fix] = own
	if len(f.Others) == 0 {
		f.Apply = own
	}
}
