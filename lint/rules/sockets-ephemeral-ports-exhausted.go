package rules

import (
	"time"

	"github.com/tunelint/tunelint/host"
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
	Apply:    []string{"nginx -s reload"},
	Run:      runEphemeralPortsExhausted,
}

func runEphemeralPortsExhausted(p *lint.Pass) {
	load := p.Host.Facts.Workload
	if p.Host.Nginx == nil || !load.PeakRPS.Known && !load.PeakConnections.Known {
		return
	}
	ports, ok := p.Host.EphemeralPorts()
	targets, known := p.Host.Targets()
	if !ok || !known {
		return
	}
	for _, t := range targets {
		address, part, whole, ok := t.Share()
		if !ok || len(t.Routes) == 0 || t.Routes[0].Scope.Effective("proxy_bind").Directive() != nil {
			continue
		}
		need := portNeed{target: t, address: address, ports: ports, part: part, whole: whole}
		if !need.held(p) && !need.churned(p) {
			continue
		}
		if len(targets) > 1 {
			p.Skip(t.Routes[0].Pass.HeadSpan(), "how the declared load is spread over several upstreams is not known")
			continue
		}
		need.report(p)
	}
}

// A portNeed is how many ports connections to one address take.
type portNeed struct {
	target      *host.Target
	address     string
	ports       host.Ports
	part, whole int64

	count  int64 // ports
	reason string
	from   source.Setting[int] // the figure of the workload that decides
	each   int64               // connections a second; 0 where they stay open
}

// share is the part of a number that goes to the address, rounded up.
func (n *portNeed) share(all int) int64 { return (int64(all)*n.part + n.whole - 1) / n.whole }

// exceeds reports whether more than four fifths of the ports are needed: the
// kernel searches long for the last ones.
func (n *portNeed) exceeds() bool { return n.count > n.ports.Count()/5*4 }

// held counts connections that stay open: one for each WebSocket.
func (n *portNeed) held(p *lint.Pass) bool {
	peak := p.Host.Facts.Workload.PeakConnections
	for _, r := range n.target.Routes {
		for _, a := range p.Host.AppsOn(r) {
			if a.WebSocket && peak.Known {
				n.count, n.reason, n.from = n.share(peak.Value), "open at once, one for each WebSocket", peak
			}
		}
	}
	return n.exceeds()
}

// churned counts connections that nginx opens and closes.
func (n *portNeed) churned(p *lint.Pass) bool {
	rate := p.Host.Facts.Workload.PeakRPS
	hold, known := p.Host.PortHold(n.address)
	if !rate.Known || !known || rate.Value < 1 || rate.Value > 1<<30 {
		return false
	}
	opens := int64(0)
	for _, r := range n.target.Routes {
		requests, ok := p.Host.OpensEach(r)
		if !ok {
			return false
		}
		opens = max(opens, (n.share(rate.Value)+requests-1)/requests)
	}
	n.each, n.count, n.from = opens, opens*int64(hold/time.Second), rate
	n.reason = "as nginx closes them first, which holds each port for " + nginxconf.FormatTime(hold)
	return n.exceeds()
}

func (n *portNeed) report(p *lint.Pass) {
	pass := n.target.Routes[0].Pass
	what := "connections to %s take %d local ports, %s; there are %d"
	r := p.Report(pass.HeadSpan(), what, n.address, n.count, n.reason, n.ports.Count()).Key("ports to %s", n.target.Name)
	if n.each > 0 {
		r.SeeOrigin(n.from.Origin, "%d requests a second are expected: %d new connections a second", n.from.Value, n.each)
	} else {
		r.SeeOrigin(n.from.Origin, "%d connections are expected", n.from.Value)
	}
	r.SeeOrigin(n.ports.Range.Origin, "local ports are %d to %d", n.ports.Low, n.ports.High)
	if u := n.target.Upstream; u != nil && n.each > 0 && u.Scope.Last("keepalive") == nil {
		r.SuggestUnsafe("keep idle connections to upstream "+u.Name, "every worker keeps up to 32 connections to the application open",
			u.Scope.Insert(nginxconf.Statement{Name: "keepalive", Words: []string{"32"}})...)
	}
}
