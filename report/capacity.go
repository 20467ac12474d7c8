package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
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

// figure writes a number as the budgets of a kind count; "?" where it is not known.
func figure(kind capacity.BudgetKind, n source.Setting[int64]) string {
	switch {
	case !n.Known:
		return "?"
	case kind.Quantity() == capacity.OfBytes:
		return lint.FormatBytes(n.Value)
	}
	return strconv.FormatInt(n.Value, 10)
}

// term prints one figure with what it is and what decides it.
func (p *page) term(t capacity.Term, figure string, room int) {
	indent := strings.Repeat(" ", room+4)
	line := "  " + strings.Repeat(" ", room-columns(figure)) + p.paint(otherStyle, figure) + "  "
	for _, part := range p.termLines(t, max(p.width()-len(indent), minimalWidth)) {
		p.printf("%s%s\n", line, part)
		line = indent
	}
	if !p.Verbose {
		return
	}
	for _, f := range t.Also {
		p.printf("%s", p.indented(len(indent), p.brief(f.Name)+"  "+p.inBrackets(f.Origin)))
	}
}

// termLines is the text beside a figure: the place on the same line where it fits.
func (p *page) termLines(t capacity.Term, room int) []string {
	text := t.Name
	switch {
	case !t.Figure.Known:
		text += ", not known: " + t.Why
	case t.How != "":
		text += ": " + t.How
	}
	if t.AtMost && t.Figure.Known {
		text += ", at most"
	}
	lines := wrap(p.brief(text), room)
	origin := p.inBrackets(t.Figure.Origin)
	if origin == "" || !t.Figure.Known {
		return lines
	}
	if last := &lines[len(lines)-1]; columns(*last)+2+columns(origin) <= room {
		*last += "  " + p.paint(faintStyle, origin)
		return lines
	}
	return append(lines, wrap(origin, room)...)
}

// inBrackets names the place, or in brackets the default, that decides; "" for
// neither.
func (p *page) inBrackets(o source.Origin) string {
	if o.Span.IsValid() || o.Default == "" {
		return p.origin(o)
	}
	return p.brief("(" + p.origin(o) + ")")
}

// indented breaks a printable text into lines behind some blanks.
func (p *page) indented(blanks int, text string) string {
	var b strings.Builder
	for i, line := range wrap(text, max(p.width()-blanks-2, minimalWidth)) {
		if i > 0 {
			line = "  " + line
		}
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", blanks), line)
	}
	return b.String()
}

// standing prints how the sum stands to the limit.
func (p *page) standing(b *capacity.Budget) {
	text := standingText(b)
	style := faintStyle
	switch b.Standing() {
	case capacity.Exceeding:
		style = errorStyle
	case capacity.Risky:
		style = warningStyle
	}
	head, rest, _ := strings.Cut(p.indented(2, p.brief(text)), "\n")
	p.printf("%s\n%s", p.paint(style, head), rest)
}

// standingText says how the sum of a budget stands to its limit.
func standingText(b *capacity.Budget) string {
	sum, _ := b.Sum()
	limit := b.Limit.Figure
	number := func(n int64) string { return figure(b.Kind, source.Known(n, source.Origin{})) }
	switch b.Standing() {
	case capacity.Exceeding:
		if b.Kind == capacity.AcceptQueue {
			return "=> exceeded: the kernel cuts it to " + number(limit.Value)
		}
		if least := b.Sure(); least < sum {
			return "=> exceeded by " + number(least-limit.Value) + " at least, by " + number(sum-limit.Value) + " at most"
		}
		return "=> exceeded by " + number(sum-limit.Value)
	case capacity.Risky:
		return "=> may be exceeded, by " + number(sum-limit.Value) + " at most"
	case capacity.Fitting:
		if b.Kind == capacity.AcceptQueue {
			return "=> fits: " + number(sum) + " in force"
		}
		return "=> fits, " + headroom(sum, limit.Value) + " left"
	}
	return "=> cannot be told: " + strings.Join(untold(b), "; ")
}

// headroom is what a sum leaves of its limit.
func headroom(sum, limit int64) string {
	left := (float64(limit) - float64(sum)) / max(float64(limit), 1) * 100
	switch {
	case sum == limit:
		return "nothing"
	case left < 1:
		return "less than 1%"
	}
	return strconv.Itoa(int(left)) + "%"
}

// untold says what keeps a budget from being judged.
func untold(b *capacity.Budget) []string {
	var out []string
	if !b.Limit.Figure.Known {
		out = append(out, "the limit is not known")
	}
	n := 0
	for _, t := range b.Terms {
		if !t.Figure.Known {
			n++
		}
	}
	if n > 0 {
		out = append(out, spelling.Count(n, "figure")+" not known")
	}
	if sum, _ := b.Sum(); b.Limit.Figure.Known && sum > 0 {
		out = append(out, headroom(sum, b.Limit.Figure.Value)+" left at most")
	}
	return out
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
