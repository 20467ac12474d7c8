package rules

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// listenBacklog is what nginx asks listen(2) for on Linux (NGX_LISTEN_BACKLOG).
const listenBacklog = 511

var backlogDefaultBelowSomaxconn = &lint.Rule{
	Name:  "sockets/backlog-default-below-somaxconn",
	Title: "net.core.somaxconn is raised, but nginx asks for its default backlog",
	Why: "net.core.somaxconn only caps what a program asks for, and nginx asks for 511 unless a listen directive says backlog=. " +
		"The accept queues overflow in the same bursts as before, and every connection beyond them waits a second or more " +
		"for its SYN to be sent again.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals:  []string{"sockets/syn-backlog-below-listen"},
	Run:      runBacklogDefault,
}

func runBacklogDefault(p *lint.Pass) {
	limit, line := p.Host.Sysctl.Int(somaxconn), p.Host.SysctlLine(somaxconn)
	switch {
	case line == nil || !limit.Known || limit.Value <= listenBacklog || p.Host.Facts.Container.Value:
		return
	case p.Host.IsVendor(line.Span.File) || usesRaised(p.Host): // nobody raised it for nginx
		return
	}
	sockets := slices.DeleteFunc(p.Host.Sockets(), func(s host.Socket) bool { return !s.DefaultBacklog() })
	if len(sockets) == 0 {
		return
	}
	r := p.Report(line.Span, "%s is %d, but nginx listens with a backlog of %d", somaxconn, limit.Value, listenBacklog).Key(somaxconn)
	var places []source.Span
	for _, s := range sockets {
		places = append(places, s.Listens[0].Directive.HeadSpan())
	}
	r.SeeAll(places, "no backlog= for this socket")
	r.SuggestUnsafe(fmt.Sprintf("listen with backlog=%d", limit.Value),
		"longer accept queues hold connections that clients have given up when nginx is overloaded",
		backlogEdits(sockets, limit.Value)...)
}

// usesRaised reports whether something on the host asks for more than nginx
// does by default: the setting is there for it.
func usesRaised(h *host.Host) bool {
	return slices.ContainsFunc(h.Backlogs(), func(b host.Backlog) bool { return b.Elsewhere == "" && b.Value > listenBacklog })
}

// backlogEdits adds the backlog once for each socket; none when one socket has
// no directive it can be added to.
func backlogEdits(sockets []host.Socket, backlog int64) []source.Edit {
	var edits []source.Edit
	for _, s := range sockets {
		d := s.Options()
		if d == nil || !fitsInt(backlog) {
			return nil
		}
		edits = append(edits, d.AddArgs(fmt.Sprintf("backlog=%d", backlog)))
	}
	return edits
}
