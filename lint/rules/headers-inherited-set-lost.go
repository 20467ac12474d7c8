package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var inheritedSetLost = &lint.Rule{
	Name:  "headers/inherited-set-lost",
	Title: "one entry of its own makes a block lose all entries it would inherit",
	Why: "Directives such as proxy_set_header and add_header are inherited as a whole, and only by a block that has none of its own. " +
		"A single entry added inside takes the outer ones away without a word: the application misses the client's address or the cleared Connection header, " +
		"the client misses response headers.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
		"https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header",
	},
	Severity: lint.Warning,
	Apply:    []string{"nginx -s reload"},
	Run:      runInheritedSetLost,
}

func runInheritedSetLost(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	lost, unread := p.Host.LostSets()
	for _, s := range unread {
		p.Skip(s.Directive.HeadSpan(), "a file that could not be read may hold what this block inherits or repeats")
	}
	for _, l := range lost {
		reportLost(p, l)
	}
}

func reportLost(p *lint.Pass, l *host.LostSet) {
	names := entryNames(l.Lost)
	r := p.Report(l.Own[0].HeadSpan(), "%s here drops what %s sets: %s", l.Name, blockName(l.Outer), strings.Join(names, ", ")).
		Key("%s in %s", l.Name, l.Scope.Path())
	var places []source.Span
	for _, d := range l.Lost {
		places = append(places, d.HeadSpan())
	}
	seePlaces(r, places, "is not in force in "+blockName(l.Scope))
	if !l.SameEverywhere {
		return
	}
	var repeated []nginxconf.Statement
	for _, d := range l.Lost {
		repeated = append(repeated, nginxconf.Statement{Name: l.Name, Words: slices.Clone(d.Words())})
	}
	r.Suggest(fmt.Sprintf("repeat %s in %s", strings.Join(names, ", "), blockName(l.Scope)), l.Scope.Insert(repeated...)...)
}

// entryNames lists the names that entries set, each once and the first few only.
func entryNames(list []*nginxconf.Directive) []string {
	var names []string
	for _, d := range list {
		if !slices.Contains(names, d.Arg(0)) {
			names = append(names, d.Arg(0))
		}
	}
	if more := len(names) - shownPlaces; more > 1 {
		names = append(names[:shownPlaces], fmt.Sprintf("%d more", more))
	}
	return names
}

// blockName is what a message calls a block: "http", "the server", "location /api".
func blockName(s *nginxconf.Scope) string {
	switch s.Context {
	case nginxconf.InServer:
		return "the server"
	case nginxconf.InHTTP:
		return "the http block"
	}
	return strings.TrimSpace(s.Directive.Name + " " + s.Directive.ArgText())
}
