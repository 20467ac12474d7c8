package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var headerLimitMismatch = &lint.Rule{
	Name:  "buffers/header-limit-mismatch",
	Title: "nginx passes on requests whose header the application refuses",
	Why: "A line of a request's header fits into one of large_client_header_buffers, and all of them together bound the header. What is longer gets " +
		"400 or 414 from nginx at once. What is shorter and still too long for the application gets its answer, 431 or a closed connection, " +
		"which nginx turns into 502: clients with large cookies are locked out, and the log blames the application. " +
		"The limit at the edge should be the smaller one.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers",
		"https://nodejs.org/api/http.html#httpmaxheadersize",
		"https://tomcat.apache.org/tomcat-10.1-doc/config/http.html",
	},
	Severity: lint.Warning,
	Run:      runHeaderLimitMismatch,
}

func runHeaderLimitMismatch(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.HeaderLimits()
	for _, r := range unread {
		p.Skip(r.Pass.HeadSpan(), "how large a request's header nginx takes cannot be read")
	}
	for _, l := range found {
		// Two defaults that nobody chose are no news while every line fits.
		if l.Line() || !l.Most.Origin.IsDefault() || l.Value.Directive() != nil {
			reportHeaderLimit(p, l)
		}
	}
}

func reportHeaderLimit(p *lint.Pass, l *host.HeaderLimit) {
	const name = "large_client_header_buffers"
	d := l.Value.Directive()
	at, where := l.Routes[0].Pass.HeadSpan(), l.Routes[0].Scope.Enclosing(nginxconf.InServer)
	if d != nil {
		at, where = d.HeadSpan(), l.Value.Level
	}
	size, most := sizeText(l.Size), sizeText(l.Most.Value)
	var r *lint.Report
	switch {
	case l.Line() && l.PerField:
		r = p.Report(at, "nginx takes header lines of up to %s, %s refuses fields above %s", size, l.App.Name, most)
	case l.Line():
		r = p.Report(at, "nginx takes header lines of up to %s, %s refuses whole headers above %s", size, l.App.Name, most)
	default:
		r = p.Report(at, "nginx takes headers of up to %s in %d buffers, %s refuses them above %s", sizeText(l.Count*l.Size), l.Count, l.App.Name, most).
			Severity(lint.Info)
	}
	r.Key("%s in %s for %s", name, where.Path(), l.App.Name)
	if d == nil {
		r.SeeOrigin(l.Value.Origin(), "%s is %d %s", name, l.Count, size)
		r.SeeAll(nginxconf.PassSpans(l.Routes[1:]), "and passes to %s here", l.App.Name)
	} else {
		r.SeeAll(nginxconf.PassSpans(l.Routes), "passes to %s", l.App.Name)
	}
	r.SeeOrigin(l.Most.Origin, "%s takes %s", l.App.Name, most)
}
