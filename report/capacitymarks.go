package report

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// budgetRules are the rules about each kind of budget.
var budgetRules = map[string]capacity.BudgetKind{
	"files/fd-budget-exceeded":                capacity.WorkerDescriptors,
	"files/total-above-file-max":              capacity.MachineDescriptors,
	"files/connections-below-workload":        capacity.WorkerConnections,
	"sockets/backlog-capped":                  capacity.AcceptQueue,
	"sockets/backlog-default-below-somaxconn": capacity.AcceptQueue,
	"sockets/backlog-below-burst":             capacity.AcceptQueue,
	"sockets/ephemeral-ports-exhausted":       capacity.LocalPorts,
	"sockets/conntrack-too-small":             capacity.TrackedConnections,
	"buffers/buffer-memory-unbounded":         capacity.Memory,
	"memory/host-overcommitted":               capacity.Memory,
	"memory/app-exceeds-limit":                capacity.Memory,
	"memory/socket-buffers-too-large":         capacity.Memory,
}

// CapacityRule reports whether findings of a rule mark budgets.
func CapacityRule(name string) bool {
	_, ok := budgetRules[name]
	return ok
}

// aboutBudget returns the findings about a budget of a host, the gravest first.
func aboutBudget(h *host.Host, b *capacity.Budget, findings []*lint.Finding) []*lint.Finding {
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
func isAbout(f *lint.Finding, b *capacity.Budget) bool {
	if b.Kind != capacity.AcceptQueue && b.Kind != capacity.LocalPorts {
		return true
	}
	asked := func(t capacity.Term) source.Span { return t.Figure.Origin.Span }
	switch {
	case b.Kind == capacity.LocalPorts:
		return mentions(f, b.Of)
	case asked(b.Terms[0]).IsValid():
		return touches(f, asked(b.Terms[0]))
	}
	if f.Rule.Name == "sockets/backlog-default-below-somaxconn" {
		return strings.HasPrefix(b.Of, "listen ")
	}
	return mentions(f, b.Of)
}
