package rules

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

var bufferingOffEverywhere = &lint.Rule{
	Name:  "buffers/buffering-off-everywhere",
	Title: "buffering is switched off for a whole server",
	Why: "Without buffering nginx reads an answer only as fast as its client takes it, so every slow client holds a worker, a thread or a connection of the " +
		"application to the end; nothing is cached either. Streams of events need it off, and a location of their own is the place for that. " +
		"An application can switch it off for one answer with the header X-Accel-Buffering: no.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_buffering",
	},
	Severity: lint.Warning,
	Run:      runBufferingOffEverywhere,
}

func runBufferingOffEverywhere(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var directives []*nginxconf.Directive
	values, routes := map[*nginxconf.Directive]nginxconf.Value{}, map[*nginxconf.Directive][]*nginxconf.Route{}
	for _, r := range p.Host.Nginx.Routes() {
		if !slices.Contains(nginxconf.BufferModules(), r.Module) {
			continue
		}
		v := r.Scope.Effective(r.Module + "_buffering")
		d := v.Directive()
		if d == nil || !v.Known || v.On().Value || v.Level.Context&(nginxconf.InHTTP|nginxconf.InServer) == 0 {
			continue
		}
		if routes[d] == nil {
			directives = append(directives, d)
		}
		values[d], routes[d] = v, append(routes[d], r)
	}
	for _, d := range directives {
		reportBufferingOff(p, values[d], routes[d])
	}
}

// reportBufferingOff reports a directive unless all it holds for are streams.
func reportBufferingOff(p *lint.Pass, v nginxconf.Value, routes []*nginxconf.Route) {
	plain := slices.DeleteFunc(slices.Clone(routes), func(r *nginxconf.Route) bool { return streams(p.Host.AppsOn(r)) })
	if len(plain) == 0 {
		return
	}
	p.Report(v.Directive().HeadSpan(), "%s is off in %s: slow clients hold up the application in %s",
		v.Directive().Name, blockName(v.Level), spelling.Count(len(host.LocationsOf(plain)), "location")).
		Key("%s in %s", v.Directive().Name, v.Level.Path()).
		SeeAll(nginxconf.PassSpans(plain), "answers come from here")
}

// streams reports whether all applications behind a route are known to stream.
func streams(apps []*appconf.App) bool {
	plain := func(a *appconf.App) bool { return !a.Streaming && !a.WebSocket }
	return len(apps) > 0 && !slices.ContainsFunc(apps, plain)
}
