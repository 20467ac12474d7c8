package rules

import (
	"slices"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var tcpKeepaliveInert = &lint.Rule{
	Name:  "timeouts/tcp-keepalive-inert",
	Title: "net.ipv4.tcp_keepalive_* is tuned, but nginx has no connection probed",
	Why: "The settings say when and how often the kernel probes a silent connection, for sockets whose program asks for it (SO_KEEPALIVE). nginx does so only where a " +
		"listen directive has so_keepalive or proxy_socket_keepalive is on, both off by default, so here they change nothing: neither dead clients nor dead " +
		"upstreams are found sooner. HTTP's keepalive_timeout is something else.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_socket_keepalive",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runTCPKeepaliveInert,
}

func runTCPKeepaliveInert(p *lint.Pass) {
	if p.Host.Nginx == nil || slices.ContainsFunc(p.Host.Apps, p.Host.RunsHere) {
		return // an application on the same machine may be what it is there for
	}
	var lines []source.Span
	for _, name := range []string{"time", "intvl", "probes"} {
		line := p.Host.SysctlLine("net.ipv4.tcp_keepalive_" + name)
		if line != nil && !p.Host.IsVendor(line.Span.File) {
			lines = append(lines, line.Span)
		}
	}
	if len(lines) == 0 {
		return
	}
	probes, known := p.Host.Probes()
	if !known {
		p.Skip(lines[0], "whether nginx has connections probed cannot be told: not every file was read")
		return
	}
	if forgotten, _ := p.Host.Forgotten(); probes || len(forgotten) > 0 { // the latter says it better
		return
	}
	r := p.Report(lines[0], "no connection of nginx is probed, whatever net.ipv4.tcp_keepalive_* says").Key("net.ipv4.tcp_keepalive_*")
	r.SeeAll(lines[1:], "neither does this change anything")
	sockets := p.Host.Sockets()
	for _, s := range sockets[:min(len(sockets), lint.ShownPlaces)] {
		r.See(s.Listens[0].Directive.HeadSpan(), "has no connection probed")
	}
	r.SuggestUnsafe("listen with so_keepalive=on", "a client whose network is away for longer than the probes take is disconnected",
		probeAll(sockets)...)
}

// probeAll turns probes on for every socket; none where one of them has no
// directive it can be added to.
func probeAll(sockets []host.Socket) []source.Edit {
	var edits []source.Edit
	for _, s := range sockets {
		d := s.Options()
		if d == nil {
			return nil
		}
		if i, _ := d.Param("so_keepalive"); i >= 0 { // off
			edits = append(edits, d.SetArg(i, "so_keepalive=on"))
			continue
		}
		edits = append(edits, d.AddArgs("so_keepalive=on"))
	}
	return edits
}
