package report

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// budgetRules are the rules about each kind of budget.
var budgetRules = map[string]host.BudgetKind{
	"files/fd-budget-exceeded":                host.WorkerDescriptors,
	"files/total-above-file-max":              host.MachineDescriptors,
	"files/connections-below-workload":        host.WorkerConnections,
	"sockets/backlog-capped":                  host.AcceptQueue,
	"sockets/backlog-default-below-somaxconn": host.AcceptQueue,
	"sockets/backlog-below-burst":             host.AcceptQueue,
	"sockets/ephemeral-ports-exhausted":       host.LocalPorts,
	"sockets/conntrack-too-small":             host.TrackedConnections,
	"buffers/buffer-memory-unbounded":         host.Memory,
	"memory/host-overcommitted":               host.Memory,
	"memory/app-exceeds-limit":                host.Memory,
	"memory/socket-buffers-too-large":         host.Memory,
}

// CapacityRule reports whether findings of a rule mark budgets.
func CapacityRule(name string) bool {
	_, ok := budgetRules[name]
	return ok
}

// aboutBudget returns the findings about a budget of a host, the gravest first.
func aboutBudget(h *host.Host, b *host.Budget, findings []*lint.Finding) []*lint.Finding {
	var out []*lint.Finding
	for _, f := range findings {
		kind, ok := budgetRules[f.Rule.Name]
		if ok && kind == b.Kind && (f.Host == h.Name || slices.Contains(f.Also, h.Name)) && isAbout(f, b) {
			out = append(out, f)
		}
	}
	lint.SortByGravity(out)
	return out
}

// isAbout reports whether a finding speaks of one of several budgets of a kind: by
// the place that decides its term, or by its name.
func isAbout(f *lint.Finding, b *host.Budget) bool {
	if b.Kind != host.AcceptQueue && b.Kind != host.LocalPorts {
		return true
	}
	asked := func(t host.Term) source.Span { return t.Figure.Origin.Span }
	switch {
	case b.Kind == host.LocalPorts:
		return mentions(f, b.Of)
	case asked(b.Terms[0]).IsValid():
		return touches(f, asked(b.Terms[0]))
	}
	if f.Rule.Name == "sockets/backlog-default-below-somaxconn" {
		return strings.HasPrefix(b.Of, "listen ")
	}
	return mentions(f, b.Of)
}
