package report

import (
	"github.com/tunelint/tunelint/capacity"
)

// The document of "show capacity".
type (
	jsonBudget struct {
		Kind string `json:"kind"`
		// Of is which of several budgets of a kind it is.
		Of       string     `json:"of,omitempty"`
		Quantity string     `json:"quantity"`
		Terms    []jsonTerm `json:"terms"`
		// Sum adds up the terms that are known: all of them where Whole.
		Sum   int64 `json:"sum"`
		Whole bool  `json:"whole"`
		// Sure leaves out the terms that load need not reach.
		Sure     int64         `json:"sure"`
		Limit    jsonTerm      `json:"limit"`
		Standing string        `json:"standing"` // untold, fits, may_exceed or exceeds
		Notes    []string      `json:"notes"`
		Findings []jsonChained `json:"findings"`
	}
	jsonTerm struct {
		Name   string       `json:"name"`
		How    string       `json:"how,omitempty"`
		Known  bool         `json:"known"`
		Value  *int64       `json:"value,omitempty"`
		Why    string       `json:"why,omitempty"` // it is not known
		AtMost bool         `json:"at_most,omitempty"`
		Origin jsonOrigin   `json:"origin"`
		Also   []jsonFactor `json:"also"`
	}
	jsonFactor struct {
		Name   string     `json:"name"`
		Origin jsonOrigin `json:"origin"`
	}
)

func (c Capacity) document(o Options) jsonPicture {
	out := o.newPicture("capacity")
	for _, h := range c.Hosts {
		shown := shownHost(h)
		for _, b := range capacity.Of(h) {
			budget := o.jsonBudget(b)
			for _, f := range aboutBudget(h, b, c.Findings) {
				budget.Findings = append(budget.Findings, jsonChained{f.Rule.Name, f.Severity.String(), f.Message, f.Fingerprint()})
			}
			shown.Budgets = append(shown.Budgets, budget)
		}
		shown.Undeclared = capacity.Undeclared(h)
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonBudget(b *capacity.Budget) jsonBudget {
	sum, whole := b.Sum()
	out := jsonBudget{
		Kind: [...]string{"worker_descriptors", "machine_descriptors", "worker_connections", "accept_queue", "local_ports", "tracked_connections", "memory"}[b.Kind],
		Of:   b.Of, Quantity: [...]string{"descriptors", "connections", "ports", "bytes"}[b.Kind.Quantity()],
		Terms: []jsonTerm{}, Sum: sum, Whole: whole, Sure: b.Sure(), Limit: o.jsonTerm(b.Limit),
		Standing: [...]string{"untold", "fits", "may_exceed", "exceeds"}[b.Standing()], Notes: append([]string{}, b.Notes...), Findings: []jsonChained{},
	}
	for _, t := range b.Terms {
		out.Terms = append(out.Terms, o.jsonTerm(t))
	}
	return out
}

func (o Options) jsonTerm(t capacity.Term) jsonTerm {
	out := jsonTerm{Name: t.Name, How: t.How, Known: t.Figure.Known, AtMost: t.AtMost, Also: []jsonFactor{}}
	if !t.Figure.Known {
		out.Why = t.Why
		return out
	}
	value := t.Figure.Value
	out.Value, out.Origin = &value, o.jsonOrigin(t.Figure.Origin)
	for _, f := range t.Also {
		out.Also = append(out.Also, jsonFactor{f.Name, o.jsonOrigin(f.Origin)})
	}
	return out
}
