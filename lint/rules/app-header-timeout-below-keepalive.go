package rules

import (
	"fmt"
	"strconv"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var headerTimeoutBelowKeepalive = &lint.Rule{
	Name:  "app/header-timeout-below-keepalive",
	Title: "an old Node cuts connections that are used again, because headersTimeout counts from the last answer",
	Why: "Releases from 8.15.1, 10.15.2 and 11.10.1 to 12.18 start the timer for the header of the next request when an answer ends, not when the request begins. " +
		"A connection that was idle for longer than headersTimeout is closed with the first bytes of its next request, whatever keepAliveTimeout says: " +
		"nginx answers 502, or tries again where it may. Later releases do not need headersTimeout above keepAliveTimeout.",
	Refs: []string{
		"https://github.com/nodejs/node/issues/27363",
		"https://nodejs.org/api/http.html#serverheaderstimeout",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.RestartApp(nil)},
	Run:      runHeaderTimeoutBelowKeepalive,
}

func runHeaderTimeoutBelowKeepalive(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		keep, header := a.KeepAlive, a.HeaderTimeout
		if !a.Runtime.CutsReused() || !keep.Known || !header.Known || header.Value > keep.Value || keep.Value == appconf.Infinite {
			continue
		}
		if by, again := p.Host.UsedAgainAfter(a, header.Value); again {
			r := reportHeaderTimer(p, a)
			r.SeeOrigin(by.Origin, "idle connections are kept for %s in front of it", nginxconf.FormatTime(by.Value))
		}
	}
}

func reportHeaderTimer(p *lint.Pass, a *appconf.App) *lint.Report {
	keep, header := a.KeepAlive, a.HeaderTimeout
	at, after := a.Span, nginxconf.FormatTime(header.Value)
	if !header.Origin.IsDefault() {
		at = header.Origin.Span
	}
	r := p.Report(at, "%s keeps idle connections for %s and cuts those that are used again after %s", appName(a), nginxconf.FormatTime(keep.Value), after).
		Key("app %s", a.Name).Apply(lint.RestartApp(a))
	if header.Origin.IsDefault() {
		r.SeeOrigin(header.Origin, "headersTimeout is %s", after)
	}
	r.SeeOrigin(keep.Origin, "keepAliveTimeout is %s", nginxconf.FormatTime(keep.Value))
	if n, plain := appconf.PlainNumberOf(header); plain && n.Unit == time.Millisecond {
		above := strconv.FormatInt((keep.Value + time.Second).Milliseconds(), 10)
		r.SuggestUnsafe(fmt.Sprintf("set headersTimeout to %s", above), "clients that send their header slowly hold a connection longer", n.Replace(above))
	}
	return r
}
