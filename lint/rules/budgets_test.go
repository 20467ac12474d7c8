package rules_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

// summed are the rules that compare a sum, by the kind of it: what they find, some
// budget of the kind exceeds.
var summed = map[string]capacity.BudgetKind{
	"files/fd-budget-exceeded":          capacity.WorkerDescriptors,
	"files/total-above-file-max":        capacity.MachineDescriptors,
	"files/connections-below-workload":  capacity.WorkerConnections,
	"sockets/backlog-capped":            capacity.AcceptQueue,
	"sockets/ephemeral-ports-exhausted": capacity.LocalPorts,
	"sockets/conntrack-too-small":       capacity.TrackedConnections,
	"memory/host-overcommitted":         capacity.Memory,
}

// TestBudgets draws the budgets of every host of every archive: what check finds is
// marked in the picture, and the sums agree with it.
func TestBudgets(t *testing.T) {
	marked := 0
	eachCase(t, "*.txtar", func(archive string, c *testCase) {
		t.Run(archive+"/"+c.name, func(t *testing.T) { marked += c.budgets(t) })
	})
	if !t.Failed() && marked < 50 {
		t.Errorf("%d findings are marked", marked)
	}
}

func (c *testCase) budgets(t *testing.T) (marked int) {
	m := c.open(t)
	m.options.Rules = slices.DeleteFunc(slices.Clone(m.options.Rules), func(r *lint.Rule) bool { return !report.CapacityRule(r.Name) })
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	picture := report.Capacity{Hosts: hosts, Findings: lint.Run(hosts, m.options).Findings}
	var text, document bytes.Buffer
	for format, b := range map[string]*bytes.Buffer{"text": &text, "json": &document} {
		if err := report.Show(b, picture, format, report.Options{Base: machineRoot, Width: 80, Verbose: true}); err != nil {
			t.Fatal(err)
		}
	}
	if !json.Valid(document.Bytes()) {
		t.Error("invalid JSON")
	}
	for _, f := range picture.Findings {
		kind, ok := summed[f.Rule.Name]
		switch {
		case strings.Contains(f.Message, "has no effect"):
			continue // a backlog that the runtime ignores is in no sum
		case !bytes.Contains(document.Bytes(), []byte(f.Fingerprint())) || !bytes.Contains(text.Bytes(), []byte("["+f.Rule.Name+"]")):
			t.Errorf("not marked: %s", printFindings([]*lint.Finding{f}))
		case ok && !neverFull(f) && !slices.ContainsFunc(hosts, func(h *host.Host) bool { return exceeds(h, kind) }):
			t.Errorf("no budget is exceeded where %s", printFindings([]*lint.Finding{f}))
		}
		marked++
	}
	return marked
}

// neverFull reports whether a finding speaks of worker_connections beyond a limit
// that the declared peak does not reach.
func neverFull(f *lint.Finding) bool {
	return f.Rule.Name == "files/fd-budget-exceeded" && f.Severity == lint.Warning
}

func exceeds(h *host.Host, kind capacity.BudgetKind) bool {
	return slices.ContainsFunc(capacity.Of(h), func(b *capacity.Budget) bool { return b.Kind == kind && b.Exceeds() })
}
