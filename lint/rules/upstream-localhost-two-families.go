package rules

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var localhostTwoFamilies = &lint.Rule{
	Name:  "upstream/localhost-two-families",
	Title: "localhost stands for two addresses, and the application listens on one",
	Why: "nginx takes each address of a name for a server of its own. Requests to the one where nobody listens are refused and have to be tried a second time, every failure is logged twice, " +
		"and because there are two servers now a short restart takes both out for fail_timeout, which never happens with one.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runLocalhostTwoFamilies,
}

func runLocalhostTwoFamilies(p *lint.Pass) {
	if p.Host.Nginx == nil || len(p.Host.Apps) == 0 || p.Host.Facts.Container.Value {
		return
	}
	if families, _ := p.Host.Localhost(); !families.IPv4 || !families.IPv6 {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		for _, s := range u.Servers {
			for _, a := range p.Host.AppsOf(u) {
				if p.Host.Serves(a, u, s) {
					reportLocalhost(p, a, s.Address, u, s.Directive)
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range p.Host.Nginx.Routes() {
		if r.Upstream != nil || !strings.HasPrefix(strings.ToLower(r.Address), "localhost:") || !first(seen, r.Module+" "+r.Address) {
			continue
		}
		for _, a := range p.Host.AppsOn(r) {
			reportLocalhost(p, a, r.Address, nil, passTo(p.Host, r)...)
		}
	}
}

// passTo returns the directives that pass to the same address as a route, by the
// same module.
func passTo(h *host.Host, r *nginxconf.Route) []*nginxconf.Directive {
	var out []*nginxconf.Directive
	for _, other := range h.Nginx.Routes() {
		if other.Module == r.Module && other.Upstream == nil && other.Address == r.Address {
			out = append(out, other.Pass)
		}
	}
	return out
}

// reportLocalhost reports directives that name localhost in their first argument.
func reportLocalhost(p *lint.Pass, a *appconf.App, address string, u *nginxconf.Upstream, at ...*nginxconf.Directive) {
	name, port, err := net.SplitHostPort(address)
	if err != nil || !strings.EqualFold(name, "localhost") {
		return
	}
	families, listen, ok := host.ListensOn(a, port)
	if !ok {
		return
	}
	literal := "127.0.0.1:" + port
	if families.IPv6 {
		literal = "[::1]:" + port
	}
	r := p.Report(at[0].ArgSpan(0), "%s is ::1 and 127.0.0.1, %s listens on %s alone: the other address refuses", address, a.Name, listen).Key("%s for %s", address, a.Name)
	var more []source.Span
	for _, d := range at[1:] {
		more = append(more, d.HeadSpan())
	}
	r.SeeAll(more, "passes to it too")
	r.See(a.Span, "%s listens on %s", a.Name, listen)
	if _, certain := p.Host.Localhost(); !certain {
		r.See(source.Span{}, "there is no /etc/hosts here: both addresses are assumed")
	}
	suggestLiteral(r, address, literal, u, at)
}

// suggestLiteral replaces the name. proxy_pass and grpc_pass hand it on to the
// application.
func suggestLiteral(r *lint.Report, address, literal string, u *nginxconf.Upstream, at []*nginxconf.Directive) {
	var edits []source.Edit
	for _, d := range at {
		before, after, ok := strings.Cut(d.Words()[0], address)
		if !ok {
			return
		}
		edits = append(edits, d.SetArg(0, before+literal+after))
	}
	title := "write " + literal
	if u == nil && (at[0].Name == "proxy_pass" || at[0].Name == "grpc_pass") {
		r.SuggestUnsafe(title, "where no other Host is set the application sees "+literal+" as its name", edits...)
		return
	}
	r.Suggest(title, edits...)
}
