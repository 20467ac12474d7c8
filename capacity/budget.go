package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// A Quantity is what the figures of a budget count.
type Quantity uint8

// The quantities.
const (
	OfDescriptors Quantity = iota
	OfConnections
	OfPorts
	OfBytes
)

// A BudgetKind says what a budget is about.
type BudgetKind uint8

// The kinds, in the order of [Of].
const (
	// WorkerDescriptors are the open files of one nginx worker, MachineDescriptors
	// those of all processes.
	WorkerDescriptors BudgetKind = iota
	MachineDescriptors
	// WorkerConnections are the connections of all nginx workers.
	WorkerConnections
	// AcceptQueue is one accept queue, or several alike.
	AcceptQueue
	// LocalPorts are the ports of connections to one address.
	LocalPorts
	// TrackedConnections are the entries of the connection tracking.
	TrackedConnections
	// Memory is that of the machine.
	Memory
)

// Quantity returns what budgets of a kind count.
func (k BudgetKind) Quantity() Quantity {
	switch k {
	case WorkerDescriptors, MachineDescriptors:
		return OfDescriptors
	case LocalPorts:
		return OfPorts
	case Memory:
		return OfBytes
	}
	return OfConnections
}

// A Factor is a setting that takes part in a figure, by name.
type Factor struct {
	Name   string
	Origin source.Origin
}

// A Term is one figure of a sum.
type Term struct {
	// Name says what it stands for, How what it is made of: "4 workers x 1024".
	Name, How string
	// Figure is the number; its origin is what decides it most. Why says why it is
	// not known.
	Figure source.Setting[int64]
	Why    string
	// AtMost reports that load may take as much and need not.
	AtMost bool
	// Also are further settings that decide the figure.
	Also []Factor
}

// A Budget is a sum of what may be needed beside the limit of it.
type Budget struct {
	Kind BudgetKind
	// Of is which of several budgets of the kind it is: an upstream, a socket.
	Of    string
	Terms []Term
	// Limit is a term too: its name is the setting that limits the sum.
	Limit Term
	// Notes say what the figures do not.
	Notes []string
}

// Sum returns the terms that are known together; whole is false where one is not
// known, and the sum a lower bound.
func (b *Budget) Sum() (sum int64, whole bool) {
	whole = true
	for _, t := range b.Terms {
		if t.Figure.Known {
			sum = host.Plus(sum, t.Figure.Value)
		}
		whole = whole && t.Figure.Known
	}
	return sum, whole
}

// Sure returns what the known terms come to without those that may stay below
// their figure.
func (b *Budget) Sure() int64 {
	sum := int64(0)
	for _, t := range b.Terms {
		if t.Figure.Known && !t.AtMost {
			sum = host.Plus(sum, t.Figure.Value)
		}
	}
	return sum
}

// A Standing is how the sum of a budget stands to its limit.
type Standing uint8

// The standings.
const (
	// Untold budgets lack a figure that decides.
	Untold Standing = iota
	// Fitting sums are within the limit, each term known.
	Fitting
	// Risky sums exceed the limit where every term reaches what it may.
	Risky
	// Exceeding sums are above the limit without the terms that need not be reached.
	Exceeding
)

// Standing compares the sum with the limit.
func (b *Budget) Standing() Standing {
	sum, whole := b.Sum()
	switch limit := b.Limit.Figure; {
	case !limit.Known:
		return Untold
	case b.Sure() > limit.Value:
		return Exceeding
	case sum > limit.Value:
		return Risky
	case !whole:
		return Untold
	}
	return Fitting
}

// Exceeds reports whether the sum, as far as it is known, is above the limit.
func (b *Budget) Exceeds() bool { return b.Standing() >= Risky }

// Term returns the first term of a name, or one that is not known.
func (b *Budget) Term(name string) Term {
	for _, t := range b.Terms {
		if t.Name == name {
			return t
		}
	}
	return Term{Name: name}
}

// sums are the figures of one host.
type sums struct{ *host.Host }

// Of returns every budget of a host that the files say something about, by kind.
func Of(on *host.Host) []*Budget {
	var out []*Budget
	h := sums{on}
	if h.Nginx != nil && h.Nginx.Whole() {
		out = append(out, h.workerDescriptors(), h.machineDescriptors(), h.connections())
	}
	out = append(out, h.queueBudgets()...)
	if h.Nginx != nil && h.Nginx.Whole() {
		out = append(out, h.portBudgets()...)
		out = append(out, h.trackBudget()...)
	}
	return append(out, MemoryOf(on))
}

// inWords writes a number of things: "1 worker", "2 workers".
func inWords(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
