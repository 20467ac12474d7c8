package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
	"github.com/tunelint/tunelint/source"
)

var removedOrObsolete = &lint.Rule{
	Name:  "nginx/removed-or-obsolete",
	Title: "a directive or parameter is gone from nginx, or on its way out",
	Why: "nginx refuses a directive of an earlier release like a misspelled one and does not start. An obsolete one " +
		"still works or is ignored with a warning, until an upgrade refuses it.",
	Refs: []string{
		"https://nginx.org/en/CHANGES",
		"https://nginx.org/en/docs/http/ngx_http_v2_module.html#http2",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runRemovedOrObsolete,
}

func runRemovedOrObsolete(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, v := range p.Host.Verdicts() {
		if v.Kind == verdict.Removed {
			reportGone(p, v)
		}
	}
	for _, o := range verdict.ObsoleteIn(p.Host.Nginx) {
		reportWarned(p, o)
	}
	for _, l := range p.Host.Nginx.Listens() {
		reportListenHTTP2(p, l)
	}
}

func reportGone(p *lint.Pass, v verdict.Verdict) {
	d := v.Directive
	if v.Arg >= 0 {
		r := p.Report(d.ArgSpan(v.Arg), "%s in nginx %s", v.Message, p.Host.Nginx.Version)
		r.Severity(lint.Error).Key("%s %s %s in %s", d.Name, d.Arg(0), d.Arg(v.Arg), v.Scope.Path())
		r.SeeOrigin(p.Host.Facts.NginxVersion.Origin, "the host runs nginx %s", p.Host.Nginx.Version)
		if d.Arg(v.Arg) == "spdy" && p.Host.Nginx.Version.Less(http2Directive) {
			r.Suggest("write http2", d.SetArg(v.Arg, "http2"))
		}
		return
	}
	r := p.Report(d.HeadSpan(), "%s in nginx %s: nginx %s was the last to have it", v.Message, p.Host.Nginx.Version, v.Since)
	r.Severity(lint.Error).Key("%s %s in %s", d.Name, d.ArgText(), v.Scope.Path())
	for _, def := range nginxconf.Lookup(d.Name) {
		if def.Last == v.Since {
			advise(p, r, d, v.Scope, def)
			break
		}
	}
	r.SeeOrigin(p.Host.Facts.NginxVersion.Origin, "the host runs nginx %s", p.Host.Nginx.Version)
}

// advise says what to write instead, and writes it where that says the same.
func advise(p *lint.Pass, r *lint.Report, d *nginxconf.Directive, in *nginxconf.Scope, def *nginxconf.Def) {
	if advice := def.Advice(); advice != "" {
		r.Label("%s", advice)
	}
	switch {
	case d.Name == "ssl" && def.Contexts&nginxconf.InServer != 0:
		suggestToListen(p, r, d, in)
	case d.Name == "limit_zone" && len(d.Args) == 3:
		r.Suggest("write limit_conn_zone", limitConnZone(d)...)
	case def.NewName() != "":
		r.Suggest("write "+def.NewName(), d.SetName(def.NewName()))
	}
}

// limitConnZone turns "limit_zone name $key size" into its successor.
func limitConnZone(d *nginxconf.Directive) []source.Edit {
	zone := nginxconf.Quote("zone=" + d.Arg(0) + ":" + d.Arg(2))
	return []source.Edit{
		d.SetName("limit_conn_zone"), d.SetArg(0, d.Words()[1]), d.SetArg(1, zone), d.DropArg(2),
	}
}

func reportWarned(p *lint.Pass, o verdict.Obsolete) {
	d := o.Directive
	r := p.Report(d.HeadSpan(), "%q is obsolete since nginx %s", d.Name, o.Since).Key("%s %s in %s", d.Name, d.ArgText(), o.Scope.Path())
	advise(p, r, d, o.Scope, o.Def)
	if o.Ignored {
		r.Suggest("delete "+d.Name+", which nginx ignores", d.Delete())
	}
}

// http2Directive is the first release that has the http2 directive and warns
// about the parameter of listen.
var http2Directive = nginxconf.Version{1, 25, 1}

func reportListenHTTP2(p *lint.Pass, l *nginxconf.Listen) {
	version := p.Host.Nginx.Version
	for i := 1; i < len(l.Directive.Args); i++ {
		if l.Directive.Arg(i) != "http2" || version.Less(http2Directive) {
			continue
		}
		r := p.Report(l.Directive.ArgSpan(i), `parameter "http2" of listen is obsolete since nginx %s`, http2Directive)
		r.Label("use http2 on").Key("listen %s http2 in %s", l.Socket, l.Scope.Path())
		if version.Known() {
			r.Suggest("turn HTTP/2 on with the http2 directive", p.Host.HTTP2Directive(l)...)
		}
	}
}
