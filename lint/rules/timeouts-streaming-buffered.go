package rules

import (
	"github.com/tunelint/tunelint/lint"
)

var streamingBuffered = &lint.Rule{
	Name:  "timeouts/streaming-buffered",
	Title: "nginx holds back what a streaming application sends",
	Why: "With buffering on, nginx passes an answer on when a buffer is full, one memory page or two, or the answer is complete. Events of a few bytes wait for " +
		"those that follow them; a stream that says little seems dead, and balancers and clients give it up. " +
		"An application can also ask for the same with the header X-Accel-Buffering: no in its answers, which no file shows.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_buffering",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runStreamingBuffered,
}

func runStreamingBuffered(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	all := p.Host.RouteValues("buffering")
	for _, a := range p.Host.Apps {
		values, unread := all.On(p.Host.StreamRoutes(a))
		for _, skip := range unread {
			p.Skip(skip.Span, "whether nginx buffers answers cannot be read: "+skip.Why)
		}
		for _, v := range values {
			if on := v.On(); !on.Known || !on.Value {
				continue
			}
			at, where := v.Place()
			r := p.Report(at, "nginx buffers the answers of %s, which streams them", a.Name).Key("%s in %s for %s", v.Name, where, a.Name)
			r.SeeValue(v, "passes to %s", a.Name)
			r.See(a.Span, "says that it streams")
			r.SuggestUnsafe("set "+v.Name+" to off", "a slow client keeps the application busy as long as it reads", v.Set("off")...)
		}
	}
}
