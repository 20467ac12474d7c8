package rules

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var unitSlip = &lint.Rule{
	Name:  "app/unit-slip",
	Title: "a time is a number in the wrong unit",
	Why: "Node, Tomcat, Jetty and Spring count a plain number in milliseconds, Go in nanoseconds, gunicorn and nginx in seconds, and a .NET TimeSpan in days. " +
		"Nobody complains about 65 where 65000 is meant: connections are then closed almost at once, in the middle of the proxy's reuse, and requests are lost; " +
		"the other way round they stay open for hours.",
	Refs: []string{
		"https://nodejs.org/api/http.html#serverkeepalivetimeout",
		"https://pkg.go.dev/time#Duration",
		"https://docs.spring.io/spring-boot/reference/features/external-config.html",
		"https://learn.microsoft.com/en-us/dotnet/standard/base-types/standard-timespan-format-strings",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.RestartApp(nil)},
	Run:      runUnitSlip,
}

func runUnitSlip(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		for _, s := range host.UnitSlips(a) {
			reportUnitSlip(p, s)
		}
	}
	if p.Host.Nginx == nil {
		return
	}
	seen := map[*nginxconf.Directive]bool{}
	p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("keepalive_timeout") {
			if !seen[d] {
				reportNginxSlip(p, s, d)
			}
			seen[d] = true
		}
	})
}

// unitWords are for what a number counts.
var unitWords = map[time.Duration]string{
	time.Nanosecond: "nanoseconds", time.Millisecond: "milliseconds", time.Second: "seconds", 24 * time.Hour: "days",
}

func reportUnitSlip(p *lint.Pass, s host.UnitSlip) {
	what := s.Does + " " + slippedTime(s)
	if s.Most > 0 {
		what = "refuses to start: idle connections last " + nginxconf.FormatTime(s.Most) + " at most"
	}
	r := p.Report(s.Number.Span, "%s %s: the number %s counts %s", appName(s.App), what, s.Number, unitWords[s.Number.Unit])
	if r.Key("app %s %s", s.App.Name, s.Does).Apply(lint.RestartApp(s.App)); !s.Sure {
		r.Severity(lint.Warning)
	}
	if text := s.Text(); text != "" && s.Number.Span.File != s.App.Span.File && fits(s, text) {
		r.SuggestUnsafe("write "+text, slipLoss, s.Number.Replace(text))
	}
}

// slipLoss is what a fix of a slip may cost.
const slipLoss = "a time that is meant as it stands becomes a thousand times, or more, as long or short"

// fits reports whether the file can hold the text: a Go file knows time.Second
// only where it imports the package.
func fits(s host.UnitSlip, text string) bool {
	return !strings.Contains(text, "time.") || strings.Contains(s.Number.Span.File.Text, `"time"`)
}

func slippedTime(s host.UnitSlip) string {
	if s.Number.Unit > time.Hour {
		return s.Number.String() + " days"
	}
	return s.Time.String()
}

func reportNginxSlip(p *lint.Pass, s *nginxconf.Scope, d *nginxconf.Directive) {
	n, plain := nginxconf.ParseNumber(d.Arg(0))
	if !plain || !d.Certain() || !host.ThousandsSlip(n) {
		return
	}
	word := strconv.FormatInt(n/1000, 10)
	p.Report(d.ArgSpan(0), "nginx closes idle connections after %s: the number %d counts seconds", time.Duration(n)*time.Second, n).
		Key("keepalive_timeout in %s", s.Path()).Severity(lint.Warning).Apply(lint.ReloadNginx()).
		SuggestUnsafe("write "+word, slipLoss, d.SetArg(0, word))
}
