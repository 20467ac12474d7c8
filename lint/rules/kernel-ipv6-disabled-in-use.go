package rules

import (
	"slices"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var ipv6DisabledInUse = &lint.Rule{
	Name:  "kernel/ipv6-disabled-in-use",
	Title: "nginx uses an IPv6 address, and IPv6 is disabled",
	Why: "With disable_ipv6 the kernel takes all IPv6 addresses from the interfaces, ::1 included. nginx then cannot bind a socket to one of them and does not start " +
		"(\"99: Cannot assign requested address\"; the nginx that runs goes on until its next restart), and connections to one fail at once with 502. A \"listen [::]:80\" " +
		"still works: it only waits for what no longer comes.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://man7.org/linux/man-pages/man2/bind.2.html",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Error,
	Run:      runIPv6DisabledInUse,
}

func runIPv6DisabledInUse(p *lint.Pass) {
	if p.Host.Nginx == nil || p.Host.IPv6Off(true) == nil {
		return
	}
	var off *sysctl.Line
	lacks := func(address string) bool {
		yes, loopback := host.IsIPv6(address)
		line := p.Host.IPv6Off(loopback)
		if !yes || line == nil {
			return false
		}
		off = line
		return true
	}
	var binds, connects []use
	for _, l := range p.Host.Nginx.Listens() {
		if l.Directive.Certain() && lacks(l.Socket) {
			binds = append(binds, use{l.Socket, l.Directive.HeadSpan(), false})
		}
	}
	for _, r := range p.Host.Nginx.Routes() {
		connects = append(connects, usesOf(r, lacks)...)
	}
	switch {
	case len(binds) > 0:
		r := p.Report(binds[0].at, "nginx does not start: it cannot bind to %s, IPv6 is disabled", binds[0].address).Key("bind to %s", binds[0].address)
		explainIPv6Off(r, binds[1:], connects, off)
	case len(connects) > 0:
		r := p.Report(connects[0].at, "connections to %s fail, IPv6 is disabled", connects[0].address).Key("connect to %s", connects[0].address)
		if !slices.ContainsFunc(connects, func(u use) bool { return !u.others }) {
			r.Severity(lint.Warning).Label("other servers of the upstream get all requests")
		}
		explainIPv6Off(r, nil, connects[1:], off)
	}
}

// A use is an address that nginx binds or connects to.
type use struct {
	address string
	at      source.Span
	others  bool // servers of the same upstream
}

// usesOf returns the addresses of a route that are gone, each server once.
func usesOf(r *nginxconf.Route, lacks func(string) bool) []use {
	if r.Upstream == nil {
		if lacks(r.Address) {
			return []use{{r.Address, r.Pass.HeadSpan(), false}}
		}
		return nil
	}
	var out []use
	for _, s := range r.Upstream.Servers {
		if lacks(s.Address) {
			out = append(out, use{s.Address, s.Directive.HeadSpan(), false})
		}
	}
	for i := range out {
		out[i].others = len(out) < len(r.Upstream.Servers)
	}
	return out
}

func explainIPv6Off(r *lint.Report, binds, connects []use, off *sysctl.Line) {
	var gone, lost []source.Span
	for _, b := range binds {
		gone = append(gone, b.at)
	}
	for _, c := range connects {
		lost = append(lost, c.at)
	}
	r.See(off.Span, "%s is %s", off.Key, off.Value).SeeAll(gone, "nor to this address").SeeAll(lost, "connections to this address fail")
}
