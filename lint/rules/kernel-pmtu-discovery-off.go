package rules

import "github.com/tunelint/tunelint/lint"

const (
	noPMTUDiscovery = "net.ipv4.ip_no_pmtu_disc"
	mtuProbing      = "net.ipv4.tcp_mtu_probing"
)

var pmtuDiscoveryOff = &lint.Rule{
	Name:  "kernel/pmtu-discovery-off",
	Title: "path MTU discovery is turned off",
	Why: "New IPv4 sockets send without the don't-fragment bit, so routers cut large packets and firewalls that drop fragments stall the " +
		"connection; with 1, one ICMP message pins a whole path to 552 bytes besides. Against routers that swallow ICMP the kernel has " +
		"tcp_mtu_probing=1, which lowers the packet size only after losses.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man7/ip.7.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.SetKernel(noPMTUDiscovery, "0"), lint.LoadSysctl()},
	Run:      runPMTUDiscoveryOff,
}

func runPMTUDiscoveryOff(p *lint.Pass) {
	value, line := p.Host.Sysctl.Int(noPMTUDiscovery), p.Host.SysctlLine(noPMTUDiscovery)
	// 3 is the hardened mode, in which discovery works.
	if line == nil || !value.Known || value.Value != 1 && value.Value != 2 {
		return
	}
	r := p.Report(line.Span, "%s %d turns path MTU discovery off for IPv4", noPMTUDiscovery, value.Value).Key(noPMTUDiscovery)
	lines := p.Host.Sysctl.Lines(noPMTUDiscovery)
	if probing := p.Host.Sysctl.Lines(mtuProbing); len(probing) > 0 {
		last := probing[len(probing)-1]
		r.See(last.Span, "%s is set to %s", mtuProbing, last.Value)
		r.Suggest("remove "+noPMTUDiscovery, p.Host.DeleteSysctl(lines)...)
		return
	}
	last := len(lines) - 1
	if !p.Host.OwnsLines(lines...) || lines[last] != line {
		return
	}
	edits := append(p.Host.DeleteSysctl(lines[:last]), line.SetKey(mtuProbing))
	if value.Value != 1 {
		edits = append(edits, line.SetValue("1"))
	}
	r.Suggest("set "+mtuProbing+" to 1 instead", edits...)
}
