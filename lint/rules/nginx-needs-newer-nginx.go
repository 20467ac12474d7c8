package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var needsNewerNginx = &lint.Rule{
	Name:  "nginx/needs-newer-nginx",
	Title: "the configuration uses what a later nginx brought",
	Why: "An older nginx treats a directive, a place or a parameter that came later like a misspelled one: " +
		"it does not start, and a reload keeps the old configuration. Distributions carry single directives back into older releases.",
	Refs: []string{
		"https://nginx.org/en/CHANGES",
		"https://nginx.org/en/docs/http/ngx_http_v2_module.html#http2",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runNeedsNewerNginx,
}

func runNeedsNewerNginx(p *lint.Pass) {
	if p.Host.Nginx == nil || !p.Host.Nginx.Version.Known() {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind == verdict.NeedsNewer {
			reportNeedsNewer(p, v)
		}
	}
}

func reportNeedsNewer(p *lint.Pass, v verdict.Verdict) {
	d, at := v.Directive, v.Directive.NameSpan()
	key := d.Name
	if v.Arg >= 0 {
		at = d.ArgSpan(v.Arg)
		name, _, _ := strings.Cut(d.Arg(v.Arg), "=")
		key += " " + d.Arg(0) + " " + name
	}
	r := p.Report(at, "%s in nginx %s: new in %s", v.Message, p.Host.Nginx.Version, since(v)).Key("%s in %s", key, v.Scope.Path())
	if wholeDirective(v) {
		r.Severity(lint.Warning).Label("refused unless your distribution carried it back")
	}
	r.SeeOrigin(p.Host.Facts.NginxVersion.Origin, "the host runs nginx %s", p.Host.Nginx.Version)
	if d.Name == "http2" && !p.Host.Nginx.Version.Less(listenHTTP2) {
		suggestToListen(p, r, d, v.Scope)
	}
}

// since returns the release of the newest branch that has it.
func since(v verdict.Verdict) string { return v.Since[strings.LastIndexByte(v.Since, ',')+1:] }

// wholeDirective reports whether the directive itself is new. A security fix
// carries a directive back, as max_headers was; a new place, number of
// arguments or parameter of an old directive comes with its release.
func wholeDirective(v verdict.Verdict) bool {
	return strings.HasPrefix(v.Message, "unknown directive ")
}

// listenHTTP2 is the first release whose listen directive has the parameter http2.
var listenHTTP2 = nginxconf.Version{1, 9, 5}

// suggestToListen offers to say "http2 on" or "ssl on" in the listen directives, or to
// drop one that says off.
func suggestToListen(p *lint.Pass, r *lint.Report, d *nginxconf.Directive, in *nginxconf.Scope) {
	if !strings.EqualFold(d.Arg(0), "on") {
		if in.Parent != nil && in.Parent.Effective(d.Name).On().Value {
			return // it holds off what an outer block says
		}
		r.Suggest("delete "+d.Name+" off, which changes nothing", d.Delete())
		return
	}
	r.Suggest("say "+d.Name+" in the listen directives", p.Host.ToListen(d)...)
}
