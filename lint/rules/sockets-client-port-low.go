package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var clientPortLow = &lint.Rule{
	Name:  "sockets/client-port-low",
	Title: "proxy_bind leaves too few local ports",
	Why: "A connection is told by both addresses and both ports. With one local address each port serves once for every address behind, " +
		"and the kernel has some 28000; several local addresses, chosen with split_clients, have as many each. " +
		"With a port in proxy_bind there is one connection at a time, and none for a minute after nginx closed it: " +
		"\"bind() failed (98: Address already in use)\".",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_bind",
		"https://nginx.org/en/docs/http/ngx_http_split_clients_module.html",
		"https://man7.org/linux/man-pages/man7/ip.7.html",
	},
	Severity: lint.Warning,
	Run:      runClientPortLow,
}

func runClientPortLow(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	fixed := map[*nginxconf.Directive][]source.Span{}
	var order []*nginxconf.Directive
	for _, r := range p.Host.Nginx.Routes() {
		if r.Module == "stream" || !mayConnect(r) {
			continue // the stream module may pass datagrams, for which a port is no limit
		}
		bind := r.Scope.Effective(r.Module + "_bind")
		if _, port := host.LocalBind(bind); port != "" {
			d := bind.Directive()
			if fixed[d] == nil {
				order = append(order, d)
			}
			fixed[d] = append(fixed[d], r.Pass.HeadSpan())
		}
	}
	for _, d := range order {
		port := d.Arg(0)[strings.LastIndex(d.Arg(0), ":")+1:]
		p.Report(d.HeadSpan(), "%s with port %s allows one connection at a time", d.Name, port).Key("%s %s", d.Name, d.Arg(0)).
			Label("without the port the kernel chooses one").SeeAll(fixed[d], "requests to here use it")
	}
	if load := p.Host.Facts.Workload; !load.PeakRPS.Known && !load.PeakConnections.Known {
		return
	}
	for _, b := range capacity.PortsOf(p.Host) {
		if b.Bind == nil || b.Standing() != capacity.Exceeding {
			continue
		}
		local, _ := host.LocalBind(b.Target.Routes[0].Scope.Effective(b.Bind.Name))
		portsTaken(p, b, b.Bind.HeadSpan(), "connections from "+local+" to "+b.Address).Label("the only local address")
	}
}

// mayConnect reports whether a route leads to an address: unix sockets need no port.
func mayConnect(r *nginxconf.Route) bool {
	unix := func(address string) bool { return strings.HasPrefix(address, "unix:") }
	if r.Upstream != nil {
		return slices.ContainsFunc(r.Upstream.Servers, func(s *nginxconf.Server) bool { return !unix(s.Address) })
	}
	return !unix(r.Address)
}
