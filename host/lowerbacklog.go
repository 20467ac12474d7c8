package host

import (
	"strconv"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// LowerBacklogs returns the edits that make files ask for no more than the limit of
// each queue, and the applications that change; no edits where one of them cannot be
// written, or a limit is not sure.
func (h *Host) LowerBacklogs(list []Backlog) (edits []source.Edit, apps []*appconf.App) {
	for _, b := range list {
		lower := h.lowerBacklog(b)
		if lower == nil || b.Limit.Origin.Assumed {
			return nil, nil
		}
		if edits = append(edits, lower...); b.App != nil {
			apps = append(apps, b.App)
		}
	}
	return edits, apps
}

func (h *Host) lowerBacklog(b Backlog) []source.Edit {
	if b.App != nil {
		return h.LowerApp(b.App, "listen_backlog", b.Limit.Value).Edits
	}
	if b.listen == nil || b.Limit.Value < 1 {
		return nil
	}
	return []source.Edit{b.listen.SetArg(b.param, "backlog="+strconv.FormatInt(b.Limit.Value, 10))}
}
