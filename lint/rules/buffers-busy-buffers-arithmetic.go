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

var busyBuffersArithmetic = &lint.Rule{
	Name:  "buffers/busy-buffers-arithmetic",
	Title: "sizes of buffers do not fit each other",
	Why: "nginx keeps one buffer free while the others are on their way to the client, and writes a temporary file by whole buffers. " +
		"It checks the sizes in force of every server and location, inherited ones and defaults too, also where nothing is passed on. " +
		"Where they do not add up it does not start, and a reload keeps the old configuration; the error names the end of the http block.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_busy_buffers_size",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffers",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_busy_buffers_size",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runBusyBuffersArithmetic,
}

func runBusyBuffersArithmetic(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, c := range p.Host.BufferClashes() {
		reportBufferClash(p, c)
	}
}

func reportBufferClash(p *lint.Pass, c *host.BufferClash) {
	value, message := clashMessage(c.Buffers)
	at := c.Values[value].Directive()
	for i := 0; at == nil; i++ { // what clashes with a default
		at = c.Values[i].Directive()
	}
	r := p.Report(at.HeadSpan(), "%s", message).Key("%s in %s", at.Name, c.Level.Path())
	seeBuffers(r, c.Buffers, at)
	changes := p.Host.Mend(c)
	r.Suggest("set "+changedSizes(c.Module, changes), host.EditBuffers(c.Module, changes)...)
}

// changedSizes lists what is set, each once.
func changedSizes(module string, changes []host.BufferChange) string {
	var out []string
	for _, c := range changes {
		text := nginxconf.BufferNames(module)[c.Value] + " to " + strings.Join(c.Words, " ")
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, " and ")
}

// clashMessage words what nginx refuses, and says which value that is about.
func clashMessage(b nginxconf.Buffers) (value int, message string) {
	size, least := nginxconf.FormatSize, "a buffer of "+nginxconf.FormatSize(b.Largest())
	switch b.Problem() {
	case nginxconf.TooFewBuffers:
		return nginxconf.BufferList, fmt.Sprintf("%s_buffers is %d, nginx needs at least 2", b.Module, b.Count)
	case nginxconf.BusyTooSmall:
		return nginxconf.BufferBusy, fmt.Sprintf("%s_busy_buffers_size is %s, less than %s", b.Module, size(b.Busy), least)
	case nginxconf.WriteTooSmall:
		return nginxconf.BufferWrite, fmt.Sprintf("%s_temp_file_write_size is %s, less than %s", b.Module, size(b.Write), least)
	case nginxconf.FileTooSmall:
		return nginxconf.BufferFile, fmt.Sprintf("%s_max_temp_file_size is %s, less than %s", b.Module, size(b.File), least)
	}
	value = nginxconf.BufferBusy
	if b.Values[value].Directive() == nil {
		value = nginxconf.BufferList
	}
	if b.Values[value].Directive() == nil {
		value = nginxconf.BufferSize
	}
	return value, fmt.Sprintf("%s_busy_buffers_size is %s, but %d buffers of %s less one are %s",
		b.Module, size(b.Busy), b.Count, size(b.Each), size(b.Spare()))
}

// seeBuffers shows every size that takes part and that the primary place does
// not.
func seeBuffers(r *lint.Report, b nginxconf.Buffers, at *nginxconf.Directive) {
	names := nginxconf.BufferNames(b.Module)
	texts := [5]string{
		nginxconf.FormatSize(b.First), fmt.Sprintf("%d %s", b.Count, nginxconf.FormatSize(b.Each)),
		nginxconf.FormatSize(b.Busy), nginxconf.FormatSize(b.Write), nginxconf.FormatSize(b.File),
	}
	for i, v := range b.Values {
		d := v.Directive()
		shown := i <= nginxconf.BufferBusy || b.Problem() == nginxconf.WriteTooSmall && i == nginxconf.BufferWrite ||
			b.Problem() == nginxconf.FileTooSmall && i == nginxconf.BufferFile
		switch {
		case d == at || !shown:
		case d == nil && i == nginxconf.BufferBusy:
			r.See(source.Span{}, "%s is %s, twice the larger kind of buffer (default)", names[i], texts[i])
		default:
			r.SeeOrigin(v.Origin(), "%s is %s", names[i], texts[i])
		}
	}
}
