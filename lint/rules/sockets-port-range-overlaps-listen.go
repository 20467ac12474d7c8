package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
)

var portRangeOverlapsListen = &lint.Rule{
	Name:  "sockets/port-range-overlaps-listen",
	Title: "connections of the host may take the port that a server listens on",
	Why: "The kernel picks local ports for outgoing connections from net.ipv4.ip_local_port_range. While a server is stopped, any connection may " +
		"get its port, and the server then fails to start with \"Address already in use\" until that connection ends. Ports in " +
		"net.ipv4.ip_local_reserved_ports are never picked, and can still be listened on.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runPortRangeOverlapsListen,
}

const reservedPorts = "net.ipv4.ip_local_reserved_ports"

func runPortRangeOverlapsListen(p *lint.Pass) {
	ports, ok := p.Host.EphemeralPorts()
	if !ok {
		return
	}
	var taken []host.ListenPort
	for _, l := range p.Host.ListenPorts() {
		if ports.Has(l.Port) {
			taken = append(taken, l)
		}
	}
	if len(taken) == 0 {
		return
	}
	at, origin := ports.Range.Origin.Span, ports.Range.Origin
	if !at.IsValid() {
		at = taken[0].Span
	}
	list := portList(taken)
	r := p.Report(at, "local ports for connections are %d to %d, servers listen on %s of them", ports.Low, ports.High, list).Key("ports %s", list)
	if origin.IsDefault() {
		r.SeeOrigin(origin, "local ports are %d to %d", ports.Low, ports.High)
	}
	for _, l := range taken {
		if l.Who == "nginx" {
			r.See(l.Span, "nginx listens on port %d", l.Port)
		} else {
			r.See(l.Span, "nginx expects a server at %s", l.Who)
		}
	}
	all := strings.Trim(ports.Reserved.Value+","+strings.ReplaceAll(list, ", ", ","), ",")
	r.Suggest(fmt.Sprintf("reserve %s in %s", list, reservedPorts), p.Host.SetSysctl(reservedPorts, all)...)
}

func portList(list []host.ListenPort) string {
	var words []string
	for _, l := range list {
		words = append(words, fmt.Sprint(l.Port))
	}
	return strings.Join(words, ", ")
}
