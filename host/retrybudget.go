package host

import (
	"math"
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A RetryBudget is how often and how long nginx tries a request on a route, at
// worst.
type RetryBudget struct {
	Route   *nginxconf.Route
	Retries Retries
	// Tries counts the servers that are tried in turn, of those that are sure.
	Tries int
	// Connect and Read limit one try. Worst is the time after which the client has
	// its answer when every server lets both run out; zero where a timeout is not
	// tried again, or one of them is unknown. next_upstream_timeout stops new tries,
	// and never the running one.
	Connect, Read source.Setting[time.Duration]
	Worst         time.Duration
	// Silent reports that long pauses may be meant: streaming, or WebSockets.
	Silent bool
}

// BudgetOf returns the budget of a route to an upstream, false where nothing is
// tried again or that cannot be read.
func (h *Host) BudgetOf(r *nginxconf.Route) (RetryBudget, bool) {
	b := RetryBudget{Route: r}
	var ok bool
	if b.Retries, ok = RetriesOn(r); !ok || b.Retries.Off || r.Upstream == nil {
		return b, false
	}
	b.Tries = h.PeersOf(r.Upstream).Usable.Least
	if limit := b.Retries.Tries.Number(); limit.Value > 0 {
		b.Tries = min(b.Tries, int(min(limit.Value, AnyNumber)))
	}
	b.Connect = r.Scope.Effective(r.Module + "_connect_timeout").Time()
	b.Read = r.Scope.Effective(r.Module + "_read_timeout").Time()
	if b.Retries.After("timeout") && b.Connect.Known && b.Read.Known && b.Tries > 0 {
		b.Worst = b.worst()
	}
	b.Silent = b.Tries > 1 && h.mayBeSilent(r)
	return b, b.Tries > 1
}

func (b RetryBudget) worst() time.Duration {
	const longest = math.MaxInt64 / 4 // nothing waits for longer than decades
	one := min(b.Connect.Value, longest) + min(b.Read.Value, longest)
	all := time.Duration(longest)
	if one < longest/time.Duration(b.Tries) {
		all = one * time.Duration(b.Tries)
	}
	if stop := b.Retries.Timeout.Time(); stop.Value > 0 {
		all = min(all, min(stop.Value, longest)+one)
	}
	return all
}

// A SlowRetry is an upstream where nginx may go on trying servers after a balancer
// in front has given up.
type SlowRetry struct {
	// Worst is the budget of the slowest route, Routes all that are too slow.
	Worst  RetryBudget
	Routes []*nginxconf.Route
	// Balancer is the least patient one.
	Balancer *appconf.LoadBalancer
}

// SlowRetries compares the budgets of the http routes that balancers reach with
// what the least patient one waits. Routes for streaming and WebSockets are left
// out.
func (h *Host) SlowRetries() []*SlowRetry {
	hasty := h.hastiest()
	if hasty == nil {
		return nil
	}
	var out []*SlowRetry
	for _, b := range h.budgets() {
		if b.Worst <= hasty.RequestTimeout.Value || b.Silent {
			continue
		}
		i := slices.IndexFunc(out, func(s *SlowRetry) bool { return s.Worst.Route.Upstream == b.Route.Upstream })
		if i < 0 {
			i, out = len(out), append(out, &SlowRetry{Worst: b, Balancer: hasty})
		}
		if out[i].Routes = append(out[i].Routes, b.Route); b.Worst > out[i].Worst.Worst {
			out[i].Worst = b
		}
	}
	return out
}

// budgets returns those of all http routes that balancers reach and that may be
// tried again.
func (h *Host) budgets() []RetryBudget {
	var out []RetryBudget
	balanced := h.balancedServers()
	for _, r := range h.Nginx.Routes() {
		if b, ok := h.BudgetOf(r); ok && slices.Contains(balanced, r.Scope.Enclosing(nginxconf.InServer)) {
			out = append(out, b)
		}
	}
	return out
}

// StackedRetries returns for each upstream the budget with the most tries, where
// a balancer in front tries requests again that nginx tries again too.
func (h *Host) StackedRetries() (budgets []RetryBudget, by *appconf.LoadBalancer) {
	for _, b := range h.Balancers {
		if b.Retry.Attempts.Value > 1 && (by == nil || b.Retry.Attempts.Value > by.Retry.Attempts.Value) {
			by = b
		}
	}
	if by == nil {
		return nil, nil
	}
	for _, b := range h.budgets() {
		i := slices.IndexFunc(budgets, func(o RetryBudget) bool { return o.Route.Upstream == b.Route.Upstream })
		switch {
		case i < 0:
			budgets = append(budgets, b)
		case b.Tries > budgets[i].Tries:
			budgets[i] = b
		}
	}
	return budgets, by
}
