package rules

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var readBelowApp = &lint.Rule{
	Name:  "timeouts/read-below-app",
	Title: "nginx gives up on an answer before the application does",
	Why: "The client gets 504 while the application is still working on the request, and a client or proxy that tries again adds a second run. " +
		"With several servers the timeout also counts as a failure of the one that was slow. " +
		"The innermost party should give up first, because only it can stop the work.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_read_timeout",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runReadBelowApp,
}

// afterApp is how much longer nginx should wait than the application takes.
const afterApp = 5 * time.Second

func runReadBelowApp(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.ShortReads()
	for _, r := range unread {
		p.Skip(r.Pass.HeadSpan(), "how long nginx waits for an answer cannot be read")
	}
	for _, s := range found {
		reportShortRead(p, s)
	}
}

func reportShortRead(p *lint.Pass, s *host.ShortRead) {
	at, where, longest := s.Routes[0].Pass.HeadSpan(), s.Routes[0].Scope, s.Longest()
	if s.Directive != nil {
		at, where = s.Directive.HeadSpan(), s.Level
	}
	r := p.Report(at, "nginx gives up on %s after %s, the application may take %s", s.App.Name,
		nginxconf.FormatTime(s.Read.Value), nginxconf.FormatTime(longest.Value)).Key("%s in %s for %s", s.Name, where.Path(), s.App.Name)
	if s.Directive == nil {
		r.SeeOrigin(s.Read.Origin, "%s is %s", s.Name, nginxconf.FormatTime(s.Read.Value))
	} else {
		r.SeeAll(nginxconf.PassSpans(s.Routes), "passes to %s", s.App.Name)
	}
	r.SeeOrigin(longest.Origin, "%s may take %s", s.App.Name, nginxconf.FormatTime(longest.Value))
	if longest.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %s", s.Name, nginxconf.FormatTime(longest.Value+afterApp)),
		"clients of a request that hangs wait longer for their error", raiseRead(s)...)
	suggestShorterRequest(p, r, s)
}

// suggestShorterRequest offers to have the application give up before nginx does,
// unless that is before what it may compute.
func suggestShorterRequest(p *lint.Pass, r *lint.Report, s *host.ShortRead) {
	most := beforeCaller(s.Read.Value)
	if s.Longest().Origin != s.App.RequestTimeout.Origin || s.App.ComputeTimeout.Value > most {
		return
	}
	suggestAppTime(r, "lower", s.App, p.Host.LowerApp(s.App, "request_timeout", int64(most)),
		"slow requests are given up that would have been answered")
}

// raiseRead gives every location the time it needs: in its block, or where the
// directive stands when that is in force nowhere else; none when it is.
func raiseRead(s *host.ShortRead) []source.Edit {
	need := map[*nginxconf.Directive]time.Duration{} // by the location's block
	for i, r := range s.Routes {
		location := r.Scope.Enclosing(nginxconf.InLocation).Directive
		need[location] = max(need[location], s.Times[i].Value+afterApp)
	}
	var edits []source.Edit
	for _, r := range s.Routes {
		location := r.Scope.Enclosing(nginxconf.InLocation)
		word := nginxconf.FormatTime(need[location.Directive])
		switch {
		case s.Directive == nil || r.Scope.Effective(s.Name).Level != location:
			edits = append(edits, location.Insert(nginxconf.Statement{Name: s.Name, Words: []string{word}})...)
		case s.Alone && allEqual(need):
			edits = append(edits, s.Directive.SetArg(0, word))
		default:
			return nil
		}
	}
	return edits
}

func allEqual(need map[*nginxconf.Directive]time.Duration) bool {
	values := slices.Collect(maps.Values(need))
	return slices.Max(values) == slices.Min(values)
}
