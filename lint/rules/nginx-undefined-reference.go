package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
	"github.com/tunelint/tunelint/source"
)

var undefinedReference = &lint.Rule{
	Name:  "nginx/undefined-reference",
	Title: "a name is used that is defined nowhere",
	Why: "nginx refuses to start where a zone, a cache, a log format or a variable is missing. " +
		"A named location that a server does not have it notices only when a request is sent there, and answers 500. " +
		"A word in proxy_pass that is no upstream is a host name, which has to be found when nginx starts; " +
		"in fastcgi_pass, uwsgi_pass and the like it needs a port too.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runUndefinedReference,
}

func runUndefinedReference(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	hidden := p.Host.Nginx.Hidden()
	refused := map[*nginxconf.Directive]bool{} // for the first argument
	for _, v := range p.Host.Verdicts() {
		if v.Kind != verdict.UndefinedReference {
			continue
		}
		if hidden != nil {
			p.Skip(v.Span(), "it may be defined where nothing was seen: "+hidden.Why)
			continue
		}
		reportUndefined(p, v)
		refused[v.Directive] = refused[v.Directive] || v.Arg == 0
	}
	reportMissingLocations(p)
	for _, b := range p.Host.Nginx.BareHosts() {
		if hidden == nil && !refused[b.Route.Pass] && !p.Host.Knows(b.Host) {
			reportBareHost(p, b)
		}
	}
}

func reportUndefined(p *lint.Pass, v verdict.Verdict) {
	d := v.Directive
	r := p.Report(v.Span(), "%s", v.Message).Key("%s %s in %s", d.Name, d.ArgText(), v.Scope.Path())
	switch {
	case v.Arg < 0:
	case v.Suggestion == "":
		r.Label("nothing defines it")
	default:
		r.Label("did you mean %q?", v.Suggestion)
		r.SuggestUnsafe("write "+v.Suggestion, "another name may be meant", d.SetArg(v.Arg, nginxconf.Quote(v.Suggestion)))
	}
}

// reportMissingLocations reports each directive once, with the servers in which
// what it names is missing.
func reportMissingLocations(p *lint.Pass) {
	var order []*nginxconf.Directive
	missing := map[*nginxconf.Directive][]nginxconf.NamedReference{}
	for _, m := range p.Host.Nginx.MissingLocations() {
		if missing[m.Directive] == nil {
			order = append(order, m.Directive)
		}
		missing[m.Directive] = append(missing[m.Directive], m)
	}
	for _, d := range order {
		m := missing[d][0]
		name := d.Arg(m.Arg)
		r := p.Report(d.ArgSpan(m.Arg), "%s leads to %s, which the server does not have: nginx answers 500", d.Name, name).Key("%s in %s", name, m.Server.Path())
		if d.Name == "error_page" {
			r.Severity(lint.Warning) // the request has failed as it is
		}
		if m.Near != "" {
			r.Label("did you mean %s?", m.Near)
		}
		var servers []source.Span
		for _, m := range missing[d] {
			servers = append(servers, m.Server.Directive.HeadSpan())
		}
		r.SeeAll(servers, "has no such location")
	}
}

// reportBareHost reports a host that may be there: only the likeness to an
// upstream's name is more than worth knowing.
func reportBareHost(p *lint.Pass, b nginxconf.BareHost) {
	d := b.Route.Pass
	r := p.Report(d.HeadSpan(), "no upstream is called %s: nginx starts only where that is found as a host name", b.Host).
		Severity(lint.Info).Key("%s %s in %s", d.Name, b.Host, b.Route.Scope.Path())
	if b.Near != "" {
		r.Severity(lint.Warning).Label("did you mean %s?", b.Near)
	}
}
