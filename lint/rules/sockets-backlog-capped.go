package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	Apply:    []lint.Command{lint.LoadSysctl(), lint.RestartNginx()},
	Reveals:  []string{"sockets/syn-backlog-below-listen"},
	Run:      runBacklogCapped,
}

func runBacklogCapped(p *lint.Pass) {
	var capped []host.Backlog
	largest := 0
	for _, b := range p.Host.Backlogs() {
		switch {
		case b.Elsewhere != "":
			p.Skip(b.Span, b.Elsewhere)
			continue
		case !b.Limit.Known || b.Value <= b.Limit.Value:
			continue
		case b.Own:
			reportOwnCap(p, b)
			continue
		}
		if capped = append(capped, b); b.Value > capped[largest].Value {
			largest = len(capped) - 1
		}
	}
	if len(capped) > 0 {
		reportCapped(p, capped, largest)
	}
	for _, a := range p.Host.Apps {
		if asked, has := a.BacklogAsked, a.ListenBacklog; asked.Known && has.Known && asked.Value > has.Value {
			r := p.Report(asked.Origin.Span, "the backlog %d of %s has no effect: %s listens with %d", asked.Value, a.Name, appName(a), has.Value)
			r.Key("app %s", a.Name).SeeOrigin(has.Origin, "the backlog is %d", has.Value)
		}
	}
}

// reportCapped is about the host's own setting. What does not start because of it
// comes first, else the largest queue.
func reportCapped(p *lint.Pass, capped []host.Backlog, largest int) {
	first, limit := largest, capped[largest].Limit
	if i := slices.IndexFunc(capped, refusesCut); i >= 0 {
		first = i
	}
	r := reportShortened(p, capped[first], "").Key(somaxconn).SeeOrigin(limit.Origin, "%s is %d", somaxconn, limit.Value)
	for i, b := range capped {
		if i != first {
			r.See(b.Span, "%s asks for %d", b.Who, b.Value)
		}
	}
	r.Apply(append([]lint.Command{lint.LoadSysctl()}, lint.ListenAgain(capped)...)...)
	usual := usualQueue(p.Host)
	most := max(capped[largest].Value, usual)
	if usual > limit.Value {
		r.See(source.Span{}, "without the line it would be %d", usual)
	}
	if fitsInt(most) {
		r.Suggest(fmt.Sprintf("raise %s to %d", somaxconn, most), p.Host.SetSysctl(somaxconn, strconv.FormatInt(most, 10))...)
	} else {
		r.PassOver()
	}
	if usual <= limit.Value { // else as much as there is is too little for anybody
		suggestShorterQueues(p, r, capped)
	}
}

// reportOwnCap is about a container, which the host's setting does not reach.
func reportOwnCap(p *lint.Pass, b host.Backlog) {
	r := reportShortened(p, b, " in its container").Key("app %s", b.App.Name).Apply(lint.RestartApp(b.App)).
		SeeOrigin(b.Limit.Origin, "%s of the container is %d", somaxconn, b.Limit.Value)
	if line := p.Host.SysctlLine(somaxconn); line != nil && b.Limit.Origin.IsDefault() {
		r.See(line.Span, "the host's own does not count there")
	}
}

func reportShortened(p *lint.Pass, b host.Backlog, where string) *lint.Report {
	if refusesCut(b) {
		return p.Report(b.Span, "%s refuses to start: its backlog %d is larger than %s, which is %d", appName(b.App), b.Value, somaxconn, b.Limit.Value).
			Severity(lint.Error)
	}
	r := p.Report(b.Span, "the backlog %d of %s is cut to %d%s", b.Value, b.Who, b.Limit.Value, where)
	if b.App != nil && slices.ContainsFunc(b.App.Listen, func(at string) bool { return strings.HasPrefix(at, "unix:") }) {
		r.Label("at a unix socket, what finds the queue full fails at once")
	}
	return r
}

// refusesCut reports whether a program does not start with a backlog beyond the
// limit: uWSGI compares them itself (core/socket.c).
func refusesCut(b host.Backlog) bool {
	return b.App != nil && b.App.Runtime != nil && b.App.Runtime.Family == "uwsgi"
}
