package report

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// Capacity shows what every host may be asked for at once, as sums beside their
// limits.
type Capacity struct {
	Hosts []*host.Host
	// Findings are those of the rules that [CapacityRule] names; they stand below the
	// budget that they are about.
	Findings []*lint.Finding
}

// mostBudgets is how many budgets of one kind text shows unless it is verbose.
const mostBudgets = 8

func (c Capacity) text(p *page) {
	for i, h := range c.Hosts {
		if i > 0 {
			p.printf("\n")
		}
		p.hostLine(h, "capacity")
		budgets := capacity.Of(h)
		shown := map[capacity.BudgetKind]int{}
		for _, b := range budgets {
			if shown[b.Kind]++; shown[b.Kind] <= mostBudgets || p.Verbose {
				p.budget(b, aboutBudget(h, b, c.Findings))
			}
		}
		for _, kind := range kindsOf(budgets) {
			if more := shown[kind] - mostBudgets; more > 0 && !p.Verbose {
				p.printf("\n%s: %d more, see -v\n", budgetTitle(&capacity.Budget{Kind: kind}), more)
			}
		}
		p.missing(h)
	}
}

// kindsOf returns the kinds of budgets, each once, in order.
func kindsOf(budgets []*capacity.Budget) []capacity.BudgetKind {
	var out []capacity.BudgetKind
	for _, b := range budgets {
		if !slices.Contains(out, b.Kind) {
			out = append(out, b.Kind)
		}
	}
	return out
}

// budgetTitle says what a budget sums up.
func budgetTitle(b *capacity.Budget) string {
	title := [...]string{
		capacity.WorkerDescriptors:  "open files of one nginx worker",
		capacity.MachineDescriptors: "open files of the machine",
		capacity.WorkerConnections:  "connections of all nginx workers",
		capacity.AcceptQueue:        "accept queue",
		capacity.LocalPorts:         "local ports",
		capacity.TrackedConnections: "tracked connections",
		capacity.Memory:             "memory of the machine",
	}[b.Kind]
	switch {
	case b.Of == "":
	case b.Kind == capacity.LocalPorts:
		title += " of connections to " + b.Of
	default:
		title += " of " + b.Of
	}
	return title
}

// budget prints the terms of a budget, their sum, the limit and what follows.
func (p *page) budget(b *capacity.Budget, findings []*lint.Finding) {
	p.printf("\n%s\n", p.paint(strongStyle, p.brief(budgetTitle(b))))
	sum, _ := b.Sum()
	lines := slices.Clone(b.Terms)
	if summed := len(b.Terms) > 1 && slices.ContainsFunc(b.Terms, func(t capacity.Term) bool { return t.Figure.Known }); summed {
		lines = append(lines, capacity.Term{Name: sumName(b), Figure: source.Known(sum, source.Origin{})})
	}
	limit := b.Limit
	limit.Name = "limit: " + limit.Name
	lines = append(lines, limit)
	figures, room := make([]string, len(lines)), 0
	for i, t := range lines {
		figures[i] = figure(b.Kind, t.Figure)
		room = max(room, columns(figures[i]))
	}
	for i, t := range lines {
		if i == len(b.Terms) && len(lines) > i+1 {
			p.printf("  %s\n", strings.Repeat("-", room))
		}
		p.term(t, figures[i], room)
	}
	p.standing(b)
	for _, note := range b.Notes {
		p.printf("%s", p.indented(2, "note: "+p.brief(note)))
	}
	for _, f := range findings {
		p.budgetMark(f)
	}
}

// sumName says what the sum holds.
func sumName(b *capacity.Budget) string {
	_, whole := b.Sum()
	atMost := slices.ContainsFunc(b.Terms, func(t capacity.Term) bool { return t.AtMost && t.Figure.Known })
	switch {
	case !whole:
		return "in all, at least"
	case atMost:
		return "in all, at most"
	}
	return "in all"
}

// budgetMark prints a finding below a budget.
func (p *page) budgetMark(f *lint.Finding) {
	head := "X " + f.Severity.String() + "[" + f.Rule.Name + "]: "
	text := p.indented(2, head+p.brief(f.Message))
	p.printf("%s", strings.Replace(text, head[:len(head)-1], p.paint(styleOf(f.Severity), head[:len(head)-1]), 1))
}

// missing says what to declare so that more can be told.
func (p *page) missing(h *host.Host) {
	keys := capacity.Undeclared(h)
	if len(keys) == 0 {
		return
	}
	p.printf("\n%s", p.indented(0, "To tell more, declare in tunelint.yaml: "+strings.Join(keys, ", ")))
}
