package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// An EdgeLimit is one directive that lets larger requests through than a balancer
// in front does.
type EdgeLimit struct {
	Balancer *appconf.LoadBalancer
	// Most is the balancer's limit, Size what nginx takes, in bytes.
	Most      source.Setting[int64]
	Size      int64
	Directive *nginxconf.Directive
	Level     *nginxconf.Scope
}

// EdgeLimits returns the directives for the size of headers and bodies that a
// balancer makes void in part, in servers that other machines can connect to.
// nginx's defaults, and no limit at all, are nobody's wish for more.
func (h *Host) EdgeLimits() []*EdgeLimit {
	var out []*EdgeLimit
	for _, b := range h.Balancers {
		if b.Layer != 7 {
			continue
		}
		for _, server := range h.outsideServers() {
			server.Walk(func(s *nginxconf.Scope) {
				if s.Context&(nginxconf.InServer|nginxconf.InLocation) == 0 {
					return
				}
				headers, bodies := s.Effective("large_client_header_buffers"), s.Effective("client_max_body_size")
				out = joinEdgeLimit(out, &EdgeLimit{Balancer: b, Most: b.MaxHeaderSize, Size: headerBytes(headers)}, headers)
				out = joinEdgeLimit(out, &EdgeLimit{Balancer: b, Most: b.MaxBodySize, Size: bodies.Size().Value}, bodies)
			})
		}
	}
	return out
}

// headerBytes returns the largest header that buffers hold, 0 where that cannot
// be told.
func headerBytes(v nginxconf.Value) int64 {
	l := HeaderLimit{Value: v}
	if !l.read() {
		return 0
	}
	return l.Count * l.Size
}

func joinEdgeLimit(list []*EdgeLimit, l *EdgeLimit, v nginxconf.Value) []*EdgeLimit {
	d := v.Directive()
	if !v.Known || d == nil || !l.Most.Known || l.Most.Value < 1 || l.Size <= l.Most.Value {
		return list
	}
	if slices.ContainsFunc(list, func(o *EdgeLimit) bool { return o.Balancer == l.Balancer && o.Directive == d }) {
		return list
	}
	l.Directive, l.Level = d, v.Level
	return append(list, l)
}
