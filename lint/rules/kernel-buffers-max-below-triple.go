package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var buffersMaxBelowTriple = &lint.Rule{
	Name:  "kernel/buffers-max-below-triple",
	Title: "net.core.rmem_max or wmem_max does not do what it is set for",
	Why: "net.core.rmem_max and wmem_max cap what a program asks for with SO_RCVBUF and SO_SNDBUF, such as rcvbuf and sndbuf of listen, without an error. They have no part in the buffers " +
		"that TCP sizes by itself: these grow to the third numbers of net.ipv4.tcp_rmem and tcp_wmem, whether those are larger or smaller. nginx asks " +
		"for no size unless it is told to, and a connection that has asked for one does not grow any more.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
		"https://man7.org/linux/man-pages/man7/socket.7.html",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Warning,
	Run:      runBuffersMaxBelowTriple,
}

// A socketOption is a parameter of listen, the key that caps it, and the triple
// whose third number counts without it.
type socketOption struct{ param, limit, triple string }

var socketOptions = []socketOption{
	{"rcvbuf", "net.core.rmem_max", "net.ipv4.tcp_rmem"},
	{"sndbuf", "net.core.wmem_max", "net.ipv4.tcp_wmem"},
}

func runBuffersMaxBelowTriple(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, o := range socketOptions {
		reportCutBuffers(p, o)
	}
	reportInertLimits(p)
}

// reportCutBuffers reports sizes that listen directives ask for and do not get.
func reportCutBuffers(p *lint.Pass, o socketOption) {
	limit := p.Host.Sysctl.Int(o.limit)
	var cut []source.Span
	var sizes []int64
	for _, l := range p.Host.Nginx.Listens() {
		i, text := l.Directive.Param(o.param)
		size, ok := nginxconf.ParseSize(text, false)
		switch {
		case i < 0 || !ok || !l.Directive.Certain() || slices.Contains(cut, l.Directive.ArgSpan(i)):
		case p.Host.Facts.Container.Value:
			p.Skip(l.Directive.ArgSpan(i), o.limit+" of the machine around the container is not known")
		case !limit.Known && size > 0 && len(p.Host.Sysctl.Lines(o.limit)) == 0:
			p.Skip(l.Directive.ArgSpan(i), o.limit+" is not known without the kernel's version")
		case limit.Known && size > limit.Value:
			cut, sizes = append(cut, l.Directive.ArgSpan(i)), append(sizes, size)
		}
	}
	if len(cut) == 0 {
		return
	}
	r := p.Report(cut[0], "%s=%s is cut to %d bytes", o.param, nginxconf.FormatSize(sizes[0]), limit.Value).Key("%s", o.limit)
	r.SeeOrigin(limit.Origin, "%s is %d", o.limit, limit.Value).SeeAll(cut[1:], "is cut as well")
}

// reportInertLimits reports limits that somebody raised for TCP while the triples,
// which count, are left alone and nothing on the machine is known to ask for a size.
func reportInertLimits(p *lint.Pass) {
	var lines []*sysctl.Line
	var first socketOption
	for _, o := range socketOptions {
		value, line := p.Host.Sysctl.Int(o.limit), p.Host.OwnSysctl(o.limit)
		triple := p.Host.Sysctl.Ints(o.triple)
		if line == nil || !value.Known || len(p.Host.Sysctl.Lines(o.triple)) > 0 || !triple.Known || len(triple.Value) != 3 || value.Value <= triple.Value[2] {
			continue
		}
		if lines = append(lines, line); len(lines) == 1 {
			first = o
		}
	}
	if len(lines) == 0 || slices.ContainsFunc(p.Host.Apps, p.Host.RunsHere) || !streamsOnly(p) {
		return
	}
	triple := p.Host.Sysctl.Ints(first.triple)
	r := p.Report(lines[0].Span, "%s %d changes nothing for nginx, buffers of TCP grow to %d whatever it is", first.limit,
		p.Host.Sysctl.Int(first.limit).Value, triple.Value[2]).Severity(lint.Info).Key("%s alone", first.limit)
	r.SeeOrigin(triple.Origin, "the third number of %s is %d", first.triple, triple.Value[2])
	for _, l := range lines[1:] {
		r.See(l.Span, "nor does this")
	}
}

// streamsOnly reports whether nginx surely has TCP and unix sockets only, and asks
// for no size on any.
func streamsOnly(p *lint.Pass) bool {
	if !p.Host.Nginx.Whole() || p.Host.Nginx.Hidden() != nil {
		return false
	}
	only := true
	p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("listen") {
			for _, a := range d.Args {
				word := a.Text
				only = only && word != "quic" && word != "udp" && !strings.HasPrefix(word, "rcvbuf=") && !strings.HasPrefix(word, "sndbuf=")
			}
		}
	})
	return only
}
