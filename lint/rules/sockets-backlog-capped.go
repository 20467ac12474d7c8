package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

const somaxconn = "net.core.somaxconn"

var backlogCapped = &lint.Rule{
	Name:  "sockets/backlog-capped",
	Title: "the backlog asked for is larger than net.core.somaxconn",
	Why: "listen(2) shortens every accept queue to net.core.somaxconn without an error, so the larger number never takes effect, " +
		"and in a burst the connections beyond it wait a second or more for their SYN to be sent again. " +
		"A socket keeps the length it was opened with: programs must be restarted, a reload of nginx is not enough.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		"https://man7.org/linux/man-pages/man2/listen.2.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Warning,
	Apply:    []string{"sysctl --system"},
	Run:      runBacklogCapped,
}

func runBacklogCapped(p *lint.Pass) {
	limit := p.Host.Sysctl.Int(somaxconn)
	var capped []host.Backlog
	largest := 0
	for _, b := range p.Host.Backlogs() {
		switch {
		case !limit.Known || b.Value <= limit.Value:
			continue
		case b.Elsewhere != "":
			p.Skip(b.Span, b.Elsewhere)
			continue
		}
		if capped = append(capped, b); b.Value > capped[largest].Value {
			largest = len(capped) - 1
		}
	}
	if len(capped) > 0 {
		reportCapped(p, limit, capped, largest)
	}
}

func reportCapped(p *lint.Pass, limit source.Setting[int64], capped []host.Backlog, largest int) {
	top := capped[largest]
	r := p.Report(top.Span, "the backlog %d of %s is cut to %d", top.Value, top.Who, limit.Value).Key(somaxconn)
	r.SeeOrigin(limit.Origin, "%s is %d", somaxconn, limit.Value)
	for i, b := range capped {
		if i != largest {
			r.See(b.Span, "%s asks for %d", b.Who, b.Value)
		}
	}
	if slices.ContainsFunc(capped, func(b host.Backlog) bool { return b.App == nil }) {
		r.Apply("sysctl --system", "systemctl restart "+p.Host.Service)
	}
	if edit, ok := p.Host.SetSysctl(somaxconn, strconv.FormatInt(top.Value, 10)); ok && fitsInt(top.Value) {
		r.Suggest(fmt.Sprintf("raise %s to %d", somaxconn, top.Value), edit)
	}
}

// fitsInt reports whether the kernel can store a value in an int.
func fitsInt(n int64) bool { return n < 1<<31 }
