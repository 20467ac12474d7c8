package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/appconf"
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
	Apply:    []string{"nginx -s reload"},
	Run:      runReadBelowApp,
}

// afterApp is how much longer nginx should wait than the application takes.
const afterApp = 5 * time.Second

// A shortRead is one deciding directive, or one default, that is too short for
// an application on some routes.
type shortRead struct {
	app    *appconf.App
	read   source.Setting[time.Duration]
	decide *nginxconf.Directive // nil for a default
	routes []*nginxconf.Route
	times  []source.Setting[time.Duration] // what the application may take, by route
}

func runReadBelowApp(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var found []*shortRead
	for _, r := range p.Host.Nginx.Routes() {
		if r.Module == "stream" {
			continue
		}
		v := r.Scope.Effective(r.Module + "_read_timeout")
		for _, a := range p.Host.AppsOn(r) {
			t, read := host.RequestTime(a, r.Scope), v.Time()
			if t.Known && read.Known && read.Value < t.Value && !a.Streaming {
				found = addShortRead(found, &shortRead{app: a, read: read, decide: v.Directive()}, r, t)
			}
		}
	}
	for _, s := range found {
		s.report(p)
	}
}

// addShortRead adds a route to the finding about the same directive and
// application, or starts a new one; what a default decides is one finding for
// each block.
func addShortRead(found []*shortRead, s *shortRead, r *nginxconf.Route, t source.Setting[time.Duration]) []*shortRead {
	for _, f := range found {
		if f.app != s.app || f.decide != s.decide || f.decide == nil && f.routes[0].Pass != r.Pass {
			continue
		}
		f.routes, f.times = append(f.routes, r), append(f.times, t)
		return found
	}
	s.routes, s.times = []*nginxconf.Route{r}, []source.Setting[time.Duration]{t}
	return append(found, s)
}

func (s *shortRead) report(p *lint.Pass) {
	at, name := s.routes[0].Pass.HeadSpan(), s.routes[0].Module+"_read_timeout"
	key := name + " in " + s.routes[0].Scope.Path()
	if s.decide != nil {
		at = s.decide.HeadSpan()
		key = name + " in " + s.routes[0].Scope.Effective(name).Level.Path()
	}
	longest := s.times[0]
	for _, t := range s.times {
		if t.Value > longest.Value {
			longest = t
		}
	}
	r := p.Report(at, "nginx gives up on %s after %s, the application may take %s", s.app.Name,
		nginxconf.FormatTime(s.read.Value), nginxconf.FormatTime(longest.Value)).Key("%s for %s", key, s.app.Name)
	if s.decide == nil {
		r.SeeOrigin(s.read.Origin, "%s is %s", name, nginxconf.FormatTime(s.read.Value))
	} else {
		seePlaces(r, passSpans(s.routes), "passes to "+s.app.Name)
	}
	r.SeeOrigin(longest.Origin, "%s may take %s", s.app.Name, nginxconf.FormatTime(longest.Value))
	if longest.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %s", name, nginxconf.FormatTime(longest.Value+afterApp)),
		"clients of a request that hangs wait longer for their error", s.edits(p.Host, name)...)
}

// edits gives every location the time it needs: in its block, or where the
// directive stands when that is in force nowhere else; none when it is.
func (s *shortRead) edits(h *host.Host, name string) []source.Edit {
	need := map[*nginxconf.Directive]time.Duration{} // by the location's block
	for i, r := range s.routes {
		location := r.Scope.Enclosing(nginxconf.InLocation).Directive
		need[location] = max(need[location], s.times[i].Value+afterApp)
	}
	var edits []source.Edit
	for _, r := range s.routes {
		location := r.Scope.Enclosing(nginxconf.InLocation)
		word := nginxconf.FormatTime(need[location.Directive])
		switch {
		case s.decide == nil || r.Scope.Effective(name).Level != location:
			edits = append(edits, location.Insert(nginxconf.Statement{Name: name, Words: []string{word}})...)
		case len(need) == 1 && h.InForceOnlyOn(s.decide, s.routes):
			edits = append(edits, s.decide.SetArg(0, word))
		default:
			return nil
		}
	}
	return edits
}

// appName is what a message calls an application.
func appName(a *appconf.App) string {
	if a.RuntimeLabel != "" {
		return a.RuntimeLabel
	}
	return "the application " + a.Name
}
