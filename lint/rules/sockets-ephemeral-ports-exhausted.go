package rules

import (
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var ephemeralPortsExhausted = &lint.Rule{
	Name:  "sockets/ephemeral-ports-exhausted",
	Title: "nginx needs more local ports towards an application than there are",
	Why: "Every connection to one address takes a local port, and the side that closes first keeps it for another minute (TIME_WAIT). " +
		"nginx closes first when requests go out in HTTP/1.1 with a cleared Connection header and no pool takes the connection back. " +
		"Without a free port connect() fails at once: \"99: Cannot assign requested address\", and the client gets 502.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runEphemeralPortsExhausted,
}

func runEphemeralPortsExhausted(p *lint.Pass) {
	load := p.Host.Facts.Workload
	if p.Host.Nginx == nil || !load.PeakRPS.Known && !load.PeakConnections.Known {
		return
	}
	for _, b := range capacity.PortsOf(p.Host) {
		switch standing := b.Standing(); {
		case b.Bind != nil: // sockets/client-port-low
		case standing == capacity.Exceeding:
			reportPorts(p, b)
		case standing == capacity.Risky:
			p.Skip(b.Target.Routes[0].Pass.HeadSpan(), "how the declared load is spread over several upstreams is not known")
		}
	}
}

func reportPorts(p *lint.Pass, b *capacity.PortBudget) {
	r := portsTaken(p, b, b.Target.Routes[0].Pass.HeadSpan(), "connections to "+b.Address)
	if u := b.Target.Upstream; u != nil && b.Each > 0 && u.Scope.Last("keepalive") == nil {
		r.SuggestUnsafe("keep idle connections to upstream "+u.Name, "every worker keeps up to 32 connections to the application open",
			u.Scope.Insert(nginxconf.Statement{Name: "keepalive", Words: []string{"32"}})...)
	}
}

// portsTaken reports connections at a place, with what their number comes from.
func portsTaken(p *lint.Pass, b *capacity.PortBudget, at source.Span, connections string) *lint.Report {
	taken, _ := b.Sum()
	r := p.Report(at, "%s take %d local ports, %s; there are %d", connections, taken, strings.Join(portReasons(b), ", and "), b.Ports.Count()).
		Key("ports to %s", b.Target.Name)
	if b.Each > 0 {
		r.SeeOrigin(b.Rate.Origin, "%d requests a second are expected: %d new connections a second", b.Rate.Value, b.Each)
	}
	if peak := p.Host.Facts.Workload.PeakConnections; b.WebSockets && peak.Known {
		r.SeeOrigin(peak.Origin, "%d connections are expected", peak.Value)
	}
	return r.SeeOrigin(b.Ports.Range.Origin, "local ports are %d to %d", b.Ports.Low, b.Ports.High)
}

// portReasons says what takes the ports.
func portReasons(b *capacity.PortBudget) []string {
	var out []string
	if open := b.Term(capacity.PortsOpen).Figure; open.Known && b.WebSockets {
		out = append(out, "open at once, one for each WebSocket")
	}
	if b.Each > 0 {
		out = append(out, "as nginx closes them first, which holds each port for "+nginxconf.FormatTime(b.Hold))
	}
	if len(out) == 0 {
		out = append(out, "open at once, one for each request in flight")
	}
	return out
}
