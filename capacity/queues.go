package capacity

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

const somaxconn = "net.core.somaxconn"

// queueBudgets returns what accept queues are asked to hold beside the
// net.core.somaxconn that cuts them: those that a file gives a length, then those
// with a default, alike ones as one.
func (h sums) queueBudgets() []*Budget {
	var out []*Budget
	for _, q := range h.Backlogs() {
		b := queueBudget(q.Who, source.Known(q.Value, source.Origin{Span: q.Span}), q.Limit, q.Elsewhere)
		out = append(out, b)
	}
	out = append(out, h.defaultQueues()...)
	for _, a := range h.Apps {
		if q := a.ListenBacklog; q.Known && q.Origin.IsDefault() {
			limit, _, elsewhere := h.QueueLimit(a)
			out = append(out, queueBudget(a.Name, source.Setting[int64]{Value: int64(q.Value), Known: true, Origin: q.Origin}, limit, elsewhere))
		}
	}
	return out
}

func queueBudget(who string, asked, limit source.Setting[int64], elsewhere string) *Budget {
	b := &Budget{Kind: AcceptQueue, Of: who, Terms: []Term{{Name: "backlog", Figure: asked}}}
	b.Limit = Term{Name: somaxconn, Figure: limit, Why: elsewhere}
	if elsewhere != "" {
		b.Limit.Figure.Known = false
	} else if !limit.Known {
		b.Limit.Why = "its value depends on the kernel's version, which is not declared"
	}
	return b
}

// defaultQueues is one budget for all sockets of nginx that no directive gives a
// length.
func (h sums) defaultQueues() []*Budget {
	if h.Nginx == nil || !h.Nginx.Whole() {
		return nil
	}
	var names []string
	var asked source.Setting[int64]
	for _, s := range h.Sockets() {
		if s.DefaultBacklog() {
			names, asked = append(names, s.Name), s.Listens[0].Backlog()
		}
	}
	if len(names) == 0 {
		return nil
	}
	who, elsewhere := "listen "+strings.Join(names[:min(len(names), 3)], ", "), ""
	if len(names) > 3 {
		who += ", …"
	}
	if h.Facts.Container.Value {
		elsewhere = host.OwnSomaxconn
	}
	return []*Budget{queueBudget(who, asked, h.Sysctl.Int(somaxconn), elsewhere)}
}
