package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var healthPathHeavy = &lint.Rule{
	Name:  "lb/health-path-heavy",
	Title: "the location of a health check does more than answer whether this server works",
	Why: "A check that nginx tries on other servers says nothing about the first one. One that waits longer than the balancer does occupies " +
		"the application for nothing and fails without a reason in the logs. One that counts against a limit, or has to log in, fails when everything else works, " +
		"and the balancer takes out servers that are merely busy.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runHealthPathHeavy,
}

func runHealthPathHeavy(p *lint.Pass) {
	for _, c := range p.Host.HealthChecks() {
		var general *lint.Report // of the locations that serve everything else too: one speaks for all
		var others []source.Span
		for _, l := range p.Host.CheckedLocations(c) {
			burdens := slices.Concat(triedAgain(p.Host, l), hurdles(l))
			for _, r := range p.Host.RoutesIn(l) {
				burdens = append(burdens, waits(c, r)...)
			}
			switch path, _, _ := strings.Cut(c.Path.Value, "?"); {
			case len(burdens) == 0:
			case host.MadeFor(l, path):
				suggestLight(p, reportHeavyPath(p, c, l, burdens), l, burdens)
			case general == nil:
				general = reportHeavyPath(p, c, l, burdens).
					See(l.Directive.HeadSpan(), "serves other requests too: location = %s can have settings of its own", path)
			default:
				others = append(others, l.Directive.HeadSpan())
			}
		}
		if general != nil {
			general.SeeAll(others, "so it does in another server")
		}
		reportSlowAnswer(p, c)
	}
}

// A burden is one thing a check meets in its location.
type burden struct {
	text   string
	origin source.Origin
	note   string
	name   string // of the directive that takes it away, "" for none
	word   string
}

// triedAgain finds checks that other servers may answer.
func triedAgain(h *host.Host, l *nginxconf.Scope) []burden {
	for _, r := range h.RoutesIn(l) {
		t, ok := host.RetriesOn(r)
		if !ok || t.Off || t.Tries.First() == "1" || r.Upstream == nil || host.UsableServers(r.Upstream) < 2 {
			continue
		}
		name := r.Module + "_next_upstream"
		return []burden{{"is tried on other servers", t.Next.Origin(), name + " is " + t.Next.Text(), name, "off"}}
	}
	return nil
}

// hurdles finds limits and logins in the way of a check.
func hurdles(l *nginxconf.Scope) []burden {
	var out []burden
	for _, name := range []string{"limit_req", "limit_conn", "auth_basic", "auth_request", "auth_jwt"} {
		v := l.Effective(name)
		if d := v.Directive(); d == nil || !v.Known || v.First() == "off" {
			continue
		}
		text := "has to log in"
		if strings.HasPrefix(name, "limit_") {
			text = "counts against a limit"
		}
		if !slices.ContainsFunc(out, func(b burden) bool { return b.text == text }) {
			out = append(out, burden{text: text, origin: v.Origin(), note: name + " holds here"})
		}
	}
	return out
}

// waits finds a route that waits as long as the balancer or longer.
func waits(c *host.HealthCheck, r *nginxconf.Route) []burden {
	name := r.Module + "_read_timeout"
	read := r.Scope.Effective(name).Time()
	if !c.Timeout.Known || !read.Known || read.Value < c.Timeout.Value {
		return nil
	}
	text := fmt.Sprintf("may wait %s where %s waits %s", nginxconf.FormatTime(read.Value), c.Name, nginxconf.FormatTime(c.Timeout.Value))
	b := burden{text: text, origin: read.Origin, note: name + " is " + nginxconf.FormatTime(read.Value)}
	if shorter := (c.Timeout.Value - time.Second).Truncate(time.Second); shorter > 0 {
		b.name, b.word = name, nginxconf.FormatTime(shorter)
	}
	return []burden{b}
}

func reportHeavyPath(p *lint.Pass, c *host.HealthCheck, l *nginxconf.Scope, burdens []burden) *lint.Report {
	texts := make([]string, len(burdens))
	for i, b := range burdens {
		texts[i] = b.text
	}
	r := p.Report(l.Directive.HeadSpan(), "the check of %s %s", c.Name, strings.Join(texts, " and ")).Key("%s in %s", c.Name, l.Path())
	r.See(c.Path.Origin.Span, "%s asks for %s", c.Name, c.Path.Value)
	for _, b := range burdens {
		r.SeeOrigin(b.origin, "%s", b.note)
	}
	return r
}

// suggestLight sets in a location of its own what takes burdens away: none where
// locations within would inherit it, or where limits on tries would have none left.
func suggestLight(p *lint.Pass, r *lint.Report, l *nginxconf.Scope, burdens []burden) {
	nested := slices.ContainsFunc(l.Children, func(s *nginxconf.Scope) bool { return s.Context == nginxconf.InLocation })
	if nested || p.Host.Nginx.Uses(l.Directive.Doc.File) > 1 {
		return
	}
	var edits []source.Edit
	var added []nginxconf.Statement
	var titles []string
	for _, b := range burdens {
		d := l.Last(b.name)
		switch {
		case b.name == "" || b.word == "off" && l.Last(b.name+"_tries") != l.Last(b.name+"_timeout") || d != nil && len(d.Args) != 1 || d != nil && l.Directive.Doc != d.Doc:
			continue
		case d != nil:
			edits = append(edits, d.SetArg(0, b.word))
		default:
			added = append(added, nginxconf.Statement{Name: b.name, Words: []string{b.word}})
		}
		titles = append(titles, b.name+" to "+b.word)
	}
	if len(added) > 0 {
		edits = append(edits, l.Insert(added...)...)
	}
	r.Suggest("set "+strings.Join(titles, " and "), edits...)
}

// reportSlowAnswer reports an application that may take longer for its health
// path than the check waits.
func reportSlowAnswer(p *lint.Pass, c *host.HealthCheck) {
	if !c.Path.Known || !c.Timeout.Known {
		return
	}
	for _, a := range p.Host.CheckedApps(c) {
		longest := pathTime(a, c.Path.Value)
		if !longest.Known || longest.Value < c.Timeout.Value {
			continue
		}
		p.Report(longest.Origin.Span, "%s may take %s for %s, %s waits %s", a.Name, nginxconf.FormatTime(longest.Value), c.Path.Value,
			c.Name, nginxconf.FormatTime(c.Timeout.Value)).Key("%s of %s", c.Name, a.Name).
			SeeOrigin(c.Timeout.Origin, "%s waits %s", c.Name, nginxconf.FormatTime(c.Timeout.Value))
	}
}

// pathTime returns what an application declares for a path itself: what it takes
// for others says nothing about its health.
func pathTime(a *appconf.App, path string) source.Setting[time.Duration] {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range a.Routes {
		if strings.TrimSuffix(r.Path, "/") == strings.TrimSuffix(path, "/") {
			return r.RequestTimeout
		}
	}
	return source.Setting[time.Duration]{}
}
