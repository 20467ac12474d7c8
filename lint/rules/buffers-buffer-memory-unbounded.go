package rules

import (
	"fmt"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var bufferMemoryUnbounded = &lint.Rule{
	Name:  "buffers/buffer-memory-unbounded",
	Title: "buffers of all requests at once would take most of the memory",
	Why: "Every request that is passed on may have a buffer for its body, one for the header of the answer and all of the others at the same time. " +
		"nginx gives them out as they are needed and knows no limit over all requests: slow clients and large answers at the peak fill them, " +
		"and the kernel kills a worker with all of its connections.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffers",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_buffer_size",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runBufferMemoryUnbounded,
}

// bufferShare is the part of the memory, in percent, that buffers may take; the
// rest is for connections, the kernel's socket buffers and other programs.
const bufferShare = 50

func runBufferMemoryUnbounded(p *lint.Pass) {
	memory := p.Host.Facts.Memory
	if p.Host.Nginx == nil || !memory.Known || memory.Value < 1 || !p.Host.Facts.Workload.PeakConnections.Known {
		return
	}
	share, err := strconv.ParseInt(p.Option("share", strconv.Itoa(bufferShare)), 10, 64)
	if err != nil || share < 1 || share > 100 {
		p.Skip(p.Host.Facts.Workload.PeakConnections.Origin.Span, "the option share is not a number of percent: "+p.Option("share", ""))
		share = bufferShare
	}
	most := memory.Value / 100 * share
	routes, memories := 0, p.Host.BufferMemories()
	for _, m := range memories {
		routes += len(m.Routes)
	}
	for _, m := range memories {
		if m.Total() <= most {
			continue
		}
		if r := reportBufferMemory(p, m, share, most); 2*len(m.Routes) < routes {
			r.Severity(lint.Info).See(source.Span{}, "if all of them go to %d of the %d routes", len(m.Routes), routes)
		}
	}
}

func reportBufferMemory(p *lint.Pass, m *host.BufferMemory, share, most int64) *lint.Report {
	memory, names := p.Host.Facts.Memory, nginxconf.BufferNames(m.Buffers.Module)
	at, where := m.Routes[0].Pass.HeadSpan(), m.Routes[0].Scope
	for _, value := range []int{nginxconf.BufferList, nginxconf.BufferSize} {
		if v := m.Buffers.Values[value]; v.Directive() != nil {
			at, where = v.Directive().HeadSpan(), v.Level
			break
		}
	}
	r := p.Report(at, "%d requests at once may take %s for buffers (%s), more than %d%% of %s", m.Requests,
		lint.FormatBytes(m.Total()), bufferSum(m), share, lint.FormatBytes(memory.Value)).
		Key("%s in %s", names[nginxconf.BufferList], where.Path())
	for i, v := range m.Buffers.Values[:nginxconf.BufferBusy] {
		if v.Origin().Span != at {
			r.SeeOrigin(v.Origin(), "%s is %s", names[i], bufferText(m.Buffers, i))
		}
	}
	r.SeeOrigin(m.Body.Origin, "client_body_buffer_size is %s", sizeText(m.Body.Value))
	peak := p.Host.Facts.Workload.PeakConnections
	r.SeeOrigin(peak.Origin, "at the peak there are %d connections", peak.Value)
	if int64(peak.Value) > m.Requests {
		r.See(source.Span{}, "and nginx has connections for %d requests that are passed on", m.Requests)
	}
	r.SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	if change, ok := p.Host.FewerBuffers(m, most); ok {
		r.SuggestUnsafe("set "+changedSizes(m.Buffers.Module, []host.BufferChange{change}),
			"answers larger than the buffers are written to temporary files", host.EditBuffers(m.Buffers.Module, []host.BufferChange{change})...)
	}
	return r
}

// bufferSum writes out what one request takes.
func bufferSum(m *host.BufferMemory) string {
	text := nginxconf.FormatSize(m.Buffers.First)
	if m.Buffering {
		text += fmt.Sprintf(" + %d x %s", m.Buffers.Count, nginxconf.FormatSize(m.Buffers.Each))
	}
	return text + " + " + nginxconf.FormatSize(m.Body.Value) + " each"
}

// bufferText writes *_buffer_size or *_buffers.
func bufferText(b nginxconf.Buffers, value int) string {
	if value == nginxconf.BufferSize {
		return nginxconf.FormatSize(b.First)
	}
	return fmt.Sprintf("%d %s", b.Count, nginxconf.FormatSize(b.Each))
}
