package rules

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var hostOvercommitted = &lint.Rule{
	Name:  "memory/host-overcommitted",
	Title: "applications, nginx and the kernel's sockets together need more memory than the machine has",
	Why: "Each of them fits alone, and nobody adds them up. Without swap the kernel kills the process that holds most when the sum is reached, " +
		"which is at the peak, in the middle of requests: a worker of an application, or one of nginx with all of its connections.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/mm/concepts.html#oom-killer",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_connections",
	},
	Severity: lint.Warning,
	Run:      runHostOvercommitted,
}

func runHostOvercommitted(p *lint.Pass) {
	swap := p.Host.Facts.Swap
	if p.Host.Nginx == nil || !swap.Known || swap.Value != 0 {
		return
	}
	b := capacity.MemoryOf(p.Host)
	at, who := overcommittedPlace(p.Host, b)
	if !b.Exceeds() || !at.IsValid() || saidAlready(p, b) {
		return
	}
	sum, _ := b.Sum()
	needs, severity := "need at least", lint.Warning
	if b.Standing() == capacity.Risky {
		needs, severity = "may need", lint.Info // only where every buffer is full at once
	} else {
		sum = b.Sure()
	}
	r := p.Report(at, "%s together %s %s, the machine has %s and no swap", who, needs, wholeMebibytes(sum), wholeMebibytes(b.Limit.Figure.Value))
	r.Key("memory of the machine").Severity(severity)
	for _, t := range b.Terms {
		if t.Figure.Known && t.Figure.Value > 0 && (severity == lint.Info || !t.AtMost) {
			r.SeeOrigin(t.Figure.Origin, "%s", termText(t))
		}
	}
	r.SeeOrigin(b.Limit.Figure.Origin, "the machine has %s", wholeMebibytes(b.Limit.Figure.Value))
	r.SeeOrigin(swap.Origin, "there is no swap")
}

// termText writes a term of a sum: "api: 4 workers x 700 MiB = 2800 MiB".
func termText(t capacity.Term) string {
	text := t.Name + ": "
	if t.How != "" {
		text += t.How + " = "
	}
	text += wholeMebibytes(t.Figure.Value)
	if t.AtMost {
		text += " at most"
	}
	return text
}

// wholeMebibytes prints a number of bytes so that a sum near its limit can be told
// from it.
func wholeMebibytes(n int64) string { return fmt.Sprintf("%d MiB", (n+1<<19)>>20) }

// saidAlready reports whether another rule says what fills the memory: one
// application, or, where only full buffers do, those of nginx or of sockets.
func saidAlready(p *lint.Pass, b *capacity.Budget) bool {
	for _, a := range p.Host.Apps {
		if limit, machine := p.Host.MemoryFor(a); machine && host.ExceedsMemory(a, limit) {
			return true
		}
	}
	if b.Standing() == capacity.Exceeding {
		return false
	}
	memory := p.Host.Facts.Memory.Value
	if queued := b.Term(capacity.QueuedBytes).Figure; queued.Known && queued.Value > memory/100*socketShare {
		return true
	}
	return slices.ContainsFunc(p.Host.BufferMemories(), func(m *host.BufferMemory) bool { return m.Total() > memory/100*bufferShare })
}

// overcommittedPlace is where the application is declared that takes most, else
// worker_connections; who says what takes part.
func overcommittedPlace(h *host.Host, b *capacity.Budget) (at source.Span, who string) {
	var largest *appconf.App
	most := int64(0)
	for _, a := range h.Apps {
		if t := b.Term(a.Name); t.Figure.Known && t.Figure.Value > most {
			largest, most = a, t.Figure.Value
		}
	}
	if largest != nil {
		return memoryPlace(largest), "applications, nginx and sockets"
	}
	return h.ConnectionsPlace(), "nginx and sockets"
}
