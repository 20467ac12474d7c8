package rules

import (
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var sendBelowBody = &lint.Rule{
	Name:  "timeouts/send-below-body",
	Title: "a short pause ends uploads or downloads that are meant to be large",
	Why: "client_body_timeout and send_timeout count from one read or write to the next. A packet that is lost twice, or a phone that changes its cell, is a pause of " +
		"three seconds and more: with a shorter time nginx answers an upload with 408 and cuts a download off, the sooner the larger it is and the slower the client.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_timeout",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#send_timeout",
		"https://www.rfc-editor.org/rfc/rfc6298",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runSendBelowBody,
}

const (
	// shortPause is what a healthy connection may need: a packet that is lost twice
	// comes after one and two seconds (RFC 6298).
	shortPause = 5 * time.Second
	// smallBody is what nginx takes by default.
	smallBody = 1 << 20
)

func runSendBelowBody(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, f := range shortTimes(p, "client_body_timeout") {
		reportShortBody(p, f)
	}
	size, buffer := p.Host.Facts.Workload.ResponseSize, p.Host.Sysctl.Ints("net.ipv4.tcp_wmem")
	if !size.Known || !buffer.Known || len(buffer.Value) < 2 || size.Value <= buffer.Value[1] {
		return // the kernel takes the whole answer at once
	}
	for _, f := range shortTimes(p, "send_timeout") {
		pause := nginxconf.FormatTime(f.Time().Value)
		p.Report(f.Directive().HeadSpan(), "a client that takes nothing for %s loses the rest of an answer of %s", pause, nginxconf.FormatSize(size.Value)).
			Key("send_timeout in %s", f.Level.Path()).
			SeeOrigin(size.Origin, "answers have %s", nginxconf.FormatSize(size.Value)).
			SeeOrigin(buffer.Origin, "the kernel takes %s at first", nginxconf.FormatSize(buffer.Value[1]))
	}
}

// shortTimes returns the directives of a name that allow less than a short pause.
func shortTimes(p *lint.Pass, name string) []*host.InForce {
	var out []*host.InForce
	for _, f := range p.Host.InForce(name, p.Host.PlacesOf(name)) {
		switch t := f.Time(); {
		case !f.Known && !p.Host.Nginx.Whole(): // a fragment
		case !f.Known:
			p.Skip(f.Doubt.Span, "how long a pause may be cannot be read: "+f.Doubt.Why)
		case f.Directive() != nil && t.Known && t.Value > 0 && t.Value < shortPause:
			out = append(out, f)
		}
	}
	return out
}

// reportShortBody reports the largest body that is allowed where the time is in
// force, if somebody allows a large one; 0 is any size.
func reportShortBody(p *lint.Pass, f *host.InForce) {
	var largest source.Setting[int64]
	for _, s := range f.Scopes {
		v := s.Effective("client_max_body_size")
		size := v.Size()
		if v.Directive() == nil || !size.Known || size.Value != 0 && size.Value <= smallBody {
			continue
		}
		if !largest.Known || largest.Value != 0 && (size.Value == 0 || size.Value > largest.Value) {
			largest = size
		}
	}
	if !largest.Known {
		return
	}
	what := "up to " + nginxconf.FormatSize(largest.Value)
	if largest.Value == 0 {
		what = "any size"
	}
	p.Report(f.Directive().HeadSpan(), "a pause of %s ends an upload, and uploads may have %s", nginxconf.FormatTime(f.Time().Value), what).
		Key("client_body_timeout in %s", f.Level.Path()).SeeOrigin(largest.Origin, "bodies of %s are allowed", what)
}
