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
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals: []string{
		"timeouts/websocket-cut", "upstream/connection-upgrade-hardcoded",
		"upstream/keepalive-without-connection-header", "upstream/non-idempotent-retried", "upstream/pool-smaller-than-concurrency",
	},
	Run: runInheritedSetLost,
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
	at, included := l.Own[0].HeadSpan(), l.Own[0].Parent != l.Scope.Directive.Block
	if included {
		at = l.Scope.Directive.HeadSpan() // the file may be included in many blocks
	}
	r := p.Report(at, "%s in %s drops what %s sets: %s", l.Name, blockName(l.Scope), blockName(l.Outer), names).
		Key("%s in %s", l.Name, l.Scope.Path())
	if included {
		r.See(l.Own[0].HeadSpan(), "is what the block has of its own")
	}
	var places []source.Span
	for _, d := range l.Lost {
		places = append(places, d.HeadSpan())
	}
	r.SeeAll(places, "is not in force in %s", blockName(l.Scope))
	if !l.Repairable {
		r.See(source.Span{}, "a file is included several times, and what is lost in it differs")
		return
	}
	title, edits := "repeat "+names+" in "+blockName(l.Scope), repeat(l.Scope, l.Lost)
	if n := len(l.Inner); n > 0 {
		title += fmt.Sprintf(" and in %d more within", n)
	}
	for _, inner := range l.Inner {
		edits = append(edits, repeat(inner.Scope, inner.Lost)...)
	}
	r.Suggest(title, edits...)
}

// repeat writes entries into a block word for word.
func repeat(s *nginxconf.Scope, entries []*nginxconf.Directive) []source.Edit {
	var statements []nginxconf.Statement
	for _, d := range entries {
		statements = append(statements, nginxconf.Statement{Name: d.Name, Words: slices.Clone(d.Words())})
	}
	return s.Insert(statements...)
}

// entryNames lists the names that entries set, each once: the first few, and how
// many more.
func entryNames(list []*nginxconf.Directive) string {
	var names []string
	for _, d := range list {
		if !slices.Contains(names, d.Arg(0)) {
			names = append(names, d.Arg(0))
		}
	}
	return lint.Briefly(names)
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
