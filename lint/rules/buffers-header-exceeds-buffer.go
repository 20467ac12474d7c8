package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var headerExceedsBuffer = &lint.Rule{
	Name:  "buffers/header-exceeds-buffer",
	Title: "an answer's header is larger than the buffer that nginx reads it into",
	Why: "nginx reads the whole header of an answer, status line and cookies included, into one buffer of buffer_size. Where it does not fit, " +
		"the client gets 502 and the log says \"upstream sent too big header\", although the application has done the work. " +
		"Switching buffering off does not help: the header is read in the same way. A cached answer's key shares the buffer.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffer_size",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_buffer_size",
		"https://nginx.org/en/docs/http/ngx_http_grpc_module.html#grpc_buffer_size",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runHeaderExceedsBuffer,
}

func runHeaderExceedsBuffer(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.LongHeaders()
	for _, r := range unread {
		p.Skip(r.Pass.HeadSpan(), "the size of the buffer for an answer's header cannot be read")
	}
	for _, l := range found {
		reportLongHeader(p, l)
	}
}

func reportLongHeader(p *lint.Pass, l *host.LongHeader) {
	header, name := l.App.MaxResponseHeaderSize, l.Module+"_buffer_size"
	at, where := l.Routes[0].Pass.HeadSpan(), l.Routes[0].Scope
	if l.Directive != nil {
		at, where = l.Directive.HeadSpan(), l.Level
	}
	size, sent := sizeText(l.Size.Value), sizeText(header.Value)
	r := p.Report(at, "nginx reads the header of an answer into %s, %s sends up to %s", size, l.App.Name, sent).
		Key("%s in %s for %s", name, where.Path(), l.App.Name)
	if l.Directive == nil {
		r.SeeOrigin(l.Size.Origin, "%s is %s", name, size)
		r.SeeAll(nginxconf.PassSpans(l.Routes[1:]), "and passes to %s here", l.App.Name)
	} else {
		r.SeeAll(nginxconf.PassSpans(l.Routes), "passes to %s", l.App.Name)
	}
	r.SeeOrigin(header.Origin, "%s sends headers of up to %s", l.App.Name, sent)
	switch own := l.Need - header.Value; {
	case l.Cached:
		r.See(source.Span{}, "the answer is cached: the header of the cache file takes %d bytes of the buffer, and its key comes on top", own-1)
	case own > 0:
		r.See(source.Span{}, "the header of the FastCGI record takes %d bytes of the buffer", own)
	}
	if l.Module == "grpc" { // HTTP/2 sends headers compressed
		r.Severity(lint.Warning)
	}
	suggestBuffer(p, r, l)
}

func suggestBuffer(p *lint.Pass, r *lint.Report, l *host.LongHeader) {
	if l.Module == "grpc" {
		var edits []source.Edit
		word := nginxconf.FormatSize(l.Enough())
		for _, at := range l.Blocks() {
			if d := at.Last("grpc_buffer_size"); d != nil {
				edits = append(edits, d.SetArg(0, word))
				continue
			}
			edits = append(edits, at.Insert(nginxconf.Statement{Name: "grpc_buffer_size", Words: []string{word}})...)
		}
		r.Suggest("set grpc_buffer_size to "+word, edits...)
		return
	}
	changes := p.Host.RaiseBuffer(l.Module, l.Blocks(), l.Enough())
	r.Suggest("set "+changedSizes(l.Module, changes), host.EditBuffers(l.Module, changes)...)
}

// sizeText writes a size for people: "16k", "6000 bytes".
func sizeText(n int64) string {
	text := nginxconf.FormatSize(n)
	if last := text[len(text)-1]; last == 'k' || last == 'm' {
		return text
	}
	return text + " bytes"
}
