package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var declaredNowhere = &lint.Rule{
	Name:  "app/declared-nowhere",
	Title: "nginx passes requests to something that no application is declared for",
	Why: "How long an application keeps a connection, works on a request and takes to stop, and how much it accepts, decides whether nginx's own values fit. " +
		"Where nothing is declared, none of that is compared and no finding says so. " +
		"An entry below apps in tunelint.yaml with a runtime, or with the files that declare it, is enough.",
	Refs:     []string{docsConfiguration},
	Severity: lint.Info,
	Run:      runDeclaredNowhere,
}

// docsConfiguration says what can be declared.
const docsConfiguration = "https://github.com/tunelint/tunelint/blob/main/docs/configuration.md"

func runDeclaredNowhere(p *lint.Pass) {
	if p.Host.Nginx == nil || p.Host.NginxOnly {
		return
	}
	if len(p.Host.Apps) == 0 {
		for r := range p.Host.Undeclared() {
			p.Skip(r.Pass.HeadSpan(), "no application is declared: keep-alive, timeouts and sizes are compared with none")
			return
		}
	}
	var names []string
	var places []source.Span
	seen := map[string]bool{}
	for r := range p.Host.Undeclared() {
		if name := r.Target(); first(seen, name) {
			names, places = append(names, name), append(places, r.Pass.HeadSpan())
		}
	}
	if len(names) == 0 {
		return
	}
	r := p.Report(places[0], "nothing is declared of what answers at %s: keep-alive, timeouts and sizes are not compared there", lint.Briefly(names)).
		Key("routes without an application").Label("passes to %s", names[0])
	for i := 1; i < min(len(names), lint.ShownPlaces); i++ {
		r.See(places[i], "passes to %s", names[i])
	}
}
