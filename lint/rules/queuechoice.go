package rules

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
)

// usualQueue returns what net.core.somaxconn would be without the administrator's
// lines, for the oldest kernel in use where none is known.
func usualQueue(h *host.Host) int64 {
	if base, ok := h.SysctlBase(somaxconn, oldestInUse); ok && len(base.Numbers) == 1 && h.OwnSysctl(somaxconn) != nil {
		return base.Numbers[0]
	}
	return 0
}

// suggestShorterQueues offers to ask for as much as there is, which changes nothing
// but that a program starts that compares the two.
func suggestShorterQueues(p *lint.Pass, r *lint.Report, capped []host.Backlog) {
	title := fmt.Sprintf("ask for %d, as much as there is", capped[0].Limit.Value)
	edits, apps := p.Host.LowerBacklogs(capped)
	if len(apps) == 0 {
		r.Suggest(title, edits...).ChoiceApply(lint.ReloadNginx())
		return
	}
	apply := []lint.Command{lint.ReloadNginx()}
	for _, a := range apps {
		apply = append(apply, lint.RestartApp(a))
	}
	r.SuggestUnsafe(title, "where "+somaxconn+" is raised later, the application's queue stays as short", edits...).ChoiceApply(apply...)
}

// fitsInt reports whether the kernel can store a value in an int.
func fitsInt(n int64) bool { return n < 1<<31 }
