package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var retrySettingsContradict = &lint.Rule{
	Name:  "upstream/retry-settings-contradict",
	Title: "settings for a second try contradict each other",
	Why: "A second try needs all of them: a failure that next_upstream lists, a server that was not tried yet, and time that is left. " +
		"next_upstream_timeout is looked at when a try has failed; it stops new tries and never cuts the running one, so it has to be longer than one try takes to fail. " +
		"Where one setting rules the other out, a failing server is felt by clients although the files seem to say otherwise.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream_timeout",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream_tries",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runRetrySettingsContradict,
}

func runRetrySettingsContradict(p *lint.Pass) {
	if p.Host.Nginx == nil || !p.Host.LimitsRetries() {
		return
	}
	limits := p.Host.RetryLimits()
	seen := map[string]bool{}
	for _, r := range p.Host.Nginx.Routes() {
		t, ok := host.RetriesOn(r)
		switch {
		case !ok:
		case t.Off:
			reportInert(p, r, t, limits, seen)
		default:
			reportNoTimeLeft(p, r, t, seen)
			reportTooManyTries(p, t, limits, seen)
		}
	}
}

// first reports whether a key is new.
func first(seen map[string]bool, key string) bool {
	was := seen[key]
	seen[key] = true
	return !was
}

// reportInert reports tries and time limits on a level where nothing is tried
// again. Those of an outer level, or in force where something is, serve other
// locations.
func reportInert(p *lint.Pass, r *nginxconf.Route, t host.Retries, limits host.RetryLimits, seen map[string]bool) {
	var inert []*nginxconf.Directive
	beside := true // on the very level that rules them out
	for _, v := range []nginxconf.Value{t.Tries, t.Timeout} {
		d := v.Directive()
		one := v.Directive() == t.Tries.Directive() && v.First() == "1"
		if d == nil || one || v.Time().Value == 0 || !v.Level.Within(t.Next.Level) || limits[d].Useful {
			continue
		}
		inert, beside = append(inert, d), beside && v.Level == t.Next.Level
	}
	if len(inert) == 0 || !first(seen, inert[0].Span().String()) {
		return
	}
	off := t.Next.Directive()
	rep := p.Report(inert[0].HeadSpan(), "%s, because %s is off", withoutEffect(inert), off.Name).Key("%s beside %s off in %s", inert[0].Name, off.Name, r.Scope.Effective(inert[0].Name).Level.Path())
	rep.See(off.HeadSpan(), "no request is passed to another server")
	for _, d := range inert[1:] {
		rep.See(d.HeadSpan(), "has no effect either")
	}
	if beside {
		rep.Suggest("delete what has no effect beside "+off.Name+" off", nginxconf.Delete(inert)...)
	}
}

func withoutEffect(inert []*nginxconf.Directive) string {
	names := make([]string, len(inert))
	for i, d := range inert {
		names[i] = d.HeadText()
	}
	verb := " has no effect"
	if len(names) > 1 {
		verb = " have no effect"
	}
	return strings.Join(names, " and ") + verb
}

// reportNoTimeLeft reports a time limit that is over when a server that does
// not answer is given up.
func reportNoTimeLeft(p *lint.Pass, r *nginxconf.Route, t host.Retries, seen map[string]bool) {
	b, retries := p.Host.BudgetOf(r)
	limit, d := t.Timeout.Time(), t.Timeout.Directive()
	if !retries || d == nil || !limit.Known || limit.Value == 0 || !t.After("timeout") || !b.Connect.Known {
		return
	}
	late, of, what := b.Connect, "_connect_timeout", "a server that takes no connection is not passed over"
	connecting := b.Connect.Value >= limit.Value
	if !connecting {
		late, of, what = b.Read, "_read_timeout", "a request without an answer is not tried on another server"
	}
	key := fmt.Sprintf("%s in %s to upstream %s", d.Name, t.Timeout.Level.Path(), r.Upstream.Name)
	if !late.Known || late.Value < limit.Value || !connecting && b.Silent || !first(seen, key) {
		return
	}
	rep := p.Report(d.HeadSpan(), "%s: that shows after %s, and %s is %s", what, nginxconf.FormatTime(late.Value), d.Name, nginxconf.FormatTime(limit.Value)).Key("%s", key)
	rep.SeeOrigin(late.Origin, "%s%s is %s", r.Module, of, nginxconf.FormatTime(late.Value))
	rep.See(r.Upstream.Directive.HeadSpan(), "has %d servers", host.UsableServers(r.Upstream))
	switch {
	case connecting:
		suggestShortConnect(rep, r, t, limit.Value)
	case late.Origin.IsDefault():
		rep.Severity(lint.Info) // a refused connection is passed over, which may be all that is wanted
	}
}

// suggestShortConnect proposes to give a server up in half of the time limit:
// where the time to connect is set, if the limit reaches as far, else beside it.
func suggestShortConnect(rep *lint.Report, r *nginxconf.Route, t host.Retries, limit time.Duration) {
	if limit < 2*time.Millisecond {
		return
	}
	name := r.Module + "_connect_timeout"
	value := nginxconf.FormatTime(limit / 2)
	connect, edits := r.Scope.Effective(name), []source.Edit(nil)
	if connect.Directive() != nil && connect.Level.Within(t.Timeout.Level) {
		edits = []source.Edit{connect.Directive().SetArg(0, value)}
	} else {
		edits = t.Timeout.Level.Insert(nginxconf.Statement{Name: name, Words: []string{value}})
	}
	rep.SuggestUnsafe("set "+name+" to "+value, "a server that takes longer to accept a connection is given up", edits...)
}

// reportTooManyTries reports more tries than any upstream they hold for has
// servers.
func reportTooManyTries(p *lint.Pass, t host.Retries, limits host.RetryLimits, seen map[string]bool) {
	tries, d := t.Tries.Number(), t.Tries.Directive()
	if d == nil || !tries.Known || tries.Value < 2 || !first(seen, "tries "+d.Span().String()) {
		return
	}
	servers, at := limits[d].Servers, limits[d].Upstream
	if servers == 0 || tries.Value <= int64(servers) {
		return
	}
	rep := p.Report(d.HeadSpan(), "%s is %d, but no request has more than %s to be tried on", d.Name, tries.Value, countServers(servers)).
		Severity(lint.Info).Key("%s in %s", d.Name, t.Tries.Level.Path())
	if at != nil {
		rep.See(at.Directive.HeadSpan(), "has %s, and each is tried once", countServers(servers))
	}
	outer := t.Tries.Level.Parent.Effective(d.Name)
	if outer.Known && outer.Directive() == nil && p.Host.Nginx.Uses(d.Doc.File) == 1 {
		rep.Suggest("delete "+d.Name+", which limits nothing", nginxconf.Delete([]*nginxconf.Directive{d})...)
	}
}

func countServers(n int) string {
	if n == 1 {
		return "one server"
	}
	return fmt.Sprintf("%d servers", n)
}
